/** One run's column in the Features view: what excites the maps of the layer at the epoch. */

import { useState } from "preact/hooks";
import { ColumnHead } from "../components/Columns";
import { Failed, Note } from "../components/states";
import type { RunIndex } from "../data/index";
import { hasJumped } from "../data/top";
import { plural } from "../lib/words";
import { showMode } from "../settings";
import { store, titles } from "../state";
import { type FeatureReady, OVERVIEW, panelOf, strengthsAround } from "./features";
import { changeWords, drawnWords, mapWords, ruleWords, searchedWords } from "./featureWords";
import { MapGrid } from "./MapGrid";
import { mapOrder, pageMaps, pageRoom, pointedMap } from "./mapOrder";
import { Notes } from "./Notes";
import { probeAt } from "./probe";
import { Unready } from "./Unready";
import { useSteady } from "./useSteady";

/** Header, words on top, pinned maps, the others, words below. */
export const FEATURE_PARTS = 5;

interface FeatureColumnProps {
  index: RunIndex;
  layer: string;
  runs: number;
}

export function FeatureColumn({ index, layer, runs }: FeatureColumnProps) {
  // Of the epoch that stays while another is fetched, the header says which it is.
  const panel = useSteady(panelOf(index, layer), `${index.run} ${layer}`);
  if (panel.state === "ready") return <ReadyColumn index={index} layer={layer} runs={runs} panel={panel} />;
  return <Unready run={index.run} panel={panel} height={420} loading="loading features" />;
}

function ReadyColumn({ index, layer, runs, panel }: FeatureColumnProps & { panel: FeatureReady }) {
  const [hovered, setHovered] = useState<number | null>(null);
  const { series, at, facts, numbers } = panel;
  const { pinned } = mapOrder.value;
  const shown = series.steps[at] ?? 0;
  const probe = probeAt(index, shown, "pictures");
  const { now, before } = strengthsAround(index, layer, shown);
  const jumped = new Set(facts.maps.filter((map) => hasJumped(before?.maps ?? null, now?.maps ?? null, map)));
  const states = facts.maps.map((_, place) => numbers.state(place));
  const [dead, notFinite] = ["dead", "not finite"].map((state) => states.filter((one) => one === state).length) as [number, number];
  const said = facts.refused !== null && panel.failure?.includes(facts.refused);
  const overview = store.blob(series, at, OVERVIEW);
  const change = now && changeWords(now.facts, facts.of);
  const onHover = (map: number | null) => {
    setHovered(map);
    pointedMap.value = map;
  };
  const grid = (maps: readonly number[], kind: "" | "pinned ") => (
    <MapGrid
      panel={panel}
      probe={probe}
      maps={maps}
      room={pageRoom.value}
      pinned={kind !== ""}
      jumped={jumped}
      runs={runs}
      label={`${maps.length} ${kind}maps of ${layer}, ${titles.value.get(index.run) ?? index.run}`}
      onHover={onHover}
    />
  );
  return (
    <>
      <ColumnHead run={index.run} shown={shown} failure={said ? null : panel.failure} series={series}>
        {facts.refused !== null && <Refused words={facts.refused} />}
        {facts.tiles && overview?.error && <Failed words={overview.error} />}
        {!probe && showMode.value !== "projections" && (
          <Note>The probe pictures are not here, so no patches can be cut from them.</Note>
        )}
      </ColumnHead>
      <div class="words">
        <p class="readout">{hovered === null ? drawnWords(panel) : mapWords(panel, hovered, probe, now)}</p>
        <p class="quiet">{change ?? (now || at === 0 ? "No log before this one to compare with." : "\u00a0")}</p>
      </div>
      {pinned.length > 0 ? grid(pinned, "pinned ") : <div />}
      {pageMaps.value.length > 0 ? grid(pageMaps.value, "") : <div />}
      <div class="words">
        {dead > 0 && (
          <Note>
            <strong>{plural(dead, "map is dead", "maps are dead")}</strong>: no picture that was searched excites{" "}
            {dead === 1 ? "it" : "them"}. Hatched.
          </Note>
        )}
        {notFinite > 0 && (
          <Note>
            <strong>{plural(notFinite, "map is not finite", "maps are not finite")}</strong>: none of their activations is a
            finite number, as where a training has diverged. Crossed.
          </Note>
        )}
        <p class="quiet">
          {facts.tiles && `Projections: ${ruleWords(facts)}; ${facts.display}. `}
          {probe && searchedWords(probe.facts)}
          Mid-grey in a patch lies outside the picture. <i class="jump" /> marks a jump: another picture became the
          strongest since the previous log.
        </p>
        <Notes index={index} view="features" step={shown} />
      </div>
    </>
  );
}

/** The rule cannot be applied to this network: then there are no windows either. */
function Refused({ words }: { words: string }) {
  return (
    <Note>
      <strong>No projections:</strong> {words} Nor is it known what a unit sees: the whole pictures are shown.
    </Note>
  );
}
