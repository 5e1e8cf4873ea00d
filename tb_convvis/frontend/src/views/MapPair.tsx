/** One map at A and at B, of all shown runs: it stands at the bottom, so that the lists stay in sight. */

import { useEffect, useRef } from "preact/hooks";
import { Columns } from "../components/Columns";
import { Icon } from "../components/Icon";
import { Segmented } from "../components/Segmented";
import { Absent, Loading } from "../components/states";
import { useFocusBack } from "../components/useFocusBack";
import type { RunIndex } from "../data/index";
import { type PairMode, openMap, pairMode, showMode } from "../settings";
import { colours, titles } from "../state";
import { Mark } from "./ChangeColumn";
import { showInFeatures } from "./ChangeList";
import type { Change } from "./changeRanking";
import { percent, strengthWords } from "./changeWords";
import { type ReadyPair, epochOf, pairOf } from "./comparison";
import { layerChanges } from "./layerChanges";
import { PairPictures } from "./PairPictures";
import { useFlicker } from "./useFlicker";
import { useSteady } from "./useSteady";
import { useStill } from "./useStill";
import type { PanelProps } from "./view";

export function MapPair({ indexes, layer, map }: PanelProps & { map: number }) {
  const still = useStill();
  const mode = still && pairMode.value === "flicker" ? "side" : pairMode.value;
  const { second, paused, pause } = useFlicker(mode === "flicker");
  const ref = useRef<HTMLElement>(null);
  useFocusBack(ref, `.change[data-map="${map}"]`);
  useEffect(() => {
    document.querySelector(`.change[data-map="${map}"]`)?.scrollIntoView({ block: "nearest" });
  }, [map]);
  return (
    <section class="enlarged drawer pair" ref={ref} data-shown={second ? "b" : "a"} aria-label={`map ${map} at both epochs`}>
      <header>
        <h2>Map {map}</h2>
        <span class="quiet">{layer}</span>
        <Segmented
          label="Compare"
          value={pairMode.value}
          onChange={(value) => (pairMode.value = value)}
          choices={[
            { value: "side", text: "side by side", title: "A at the left, B at the right" },
            { value: "wipe", text: "wipe", title: "A and B in one place, with a border that you move" },
            {
              value: "flicker", text: "flicker", disabled: still,
              title: still ? "Off: your system asks for reduced motion" : "A and B by turns in one place, once a second",
            },
            { value: "difference", text: "difference", title: "How far the projections’ pixels lie apart" },
          ]}
        />
        {pairMode.value !== "difference" && (
          <Segmented
            label="Show"
            value={showMode.value}
            onChange={(value) => (showMode.value = value)}
            choices={[
              { value: "both", text: "both" },
              { value: "projections", text: "projections" },
              { value: "patches", text: "patches" },
            ]}
          />
        )}
        {mode === "flicker" && (
          <button type="button" class="plain" aria-label={paused ? "go on flickering" : "pause the flicker"} onClick={pause}>
            <Icon name={paused ? "play" : "pause"} />
          </button>
        )}
        <span class="spring" />
        <button type="button" class="link" title="Enlarge this map in the Features view (o)" onClick={() => showInFeatures(map)}>
          Open in Features
        </button>
        <button type="button" class="plain" aria-label="close the map" title="Close (Esc)" onClick={() => (openMap.value = null)}>
          <Icon name="close" />
        </button>
      </header>
      {still && pairMode.value === "flicker" && (
        <p class="notice">Flicker is off, because your system asks for reduced motion: A and B stand side by side.</p>
      )}
      <Columns indexes={indexes} parts={2}>
        {(index) => <PairColumn index={index} layer={layer} map={map} runs={indexes.length} mode={mode} second={second} />}
      </Columns>
    </section>
  );
}

interface PairColumnProps {
  index: RunIndex;
  layer: string;
  map: number;
  runs: number;
  mode: PairMode;
  /** Whether the flicker shows B. */
  second: boolean;
}

function PairColumn(props: PairColumnProps) {
  const { index, layer } = props;
  const pair = useSteady(pairOf(index, layer), `${index.run} ${layer}`);
  if (pair.state === "ready") return <ReadyPairColumn {...props} pair={pair} />;
  return (
    <>
      <PairHead run={index.run} />
      {pair.state === "loading" ? <Loading height={140} /> : <Absent words={pair.words} />}
    </>
  );
}

function ReadyPairColumn({ index, layer, map, runs, pair, mode, second }: PairColumnProps & { pair: ReadyPair }) {
  const change = layerChanges(index, layer, pair).all.find((one) => one.map === map);
  const places = [pair.a, pair.b].map(({ facts }) => facts.maps.indexOf(map));
  const drawn = places.every((place) => place >= 0);
  return (
    <>
      <PairHead run={index.run} pair={pair} {...(change && { change })} />
      {drawn ? (
        <PairPictures index={index} pair={pair} places={[places[0] as number, places[1] as number]} map={map} mode={mode} second={second} runs={runs} />
      ) : (
        <Absent words={`Map ${map} is not among the ${pair.b.facts.maps.length} of ${pair.b.facts.of} maps that this run drew at both epochs.`} />
      )}
    </>
  );
}

function PairHead({ run, pair, change }: { run: string; pair?: ReadyPair; change?: Change }) {
  return (
    <p class="pair-head">
      <span class="dot" style={{ background: colours.value.get(run) ?? "" }} />
      <b title={run}>{titles.value.get(run) ?? run}</b>
      {pair && (
        <span class="quiet">
          <Mark side="a" /> epoch {epochOf(pair.a)} → <Mark side="b" /> epoch {epochOf(pair.b)}
          {change && `, ${change.kind === "dead at both" ? "" : "strength "}${strengthWords(change)}`}
          {change && !Number.isNaN(change.turnover) && `, ${percent(change.turnover)} other pictures`}
        </span>
      )}
    </p>
  );
}
