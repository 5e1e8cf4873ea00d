/** A map over the epochs: a row for each run, and in it the strongest projection at each epoch. */

import { useEffect, useRef } from "preact/hooks";
import { PaintedCanvas } from "../components/PaintedCanvas";
import { Segmented } from "../components/Segmented";
import type { RunIndex } from "../data/index";
import { seriesKey } from "../data/store";
import { hasJumped } from "../data/top";
import { closestIndex, unionSteps } from "../lib/steps";
import { drawnSize, tileInMap } from "../lib/mosaic";
import { spacingMode } from "../settings";
import { colours, goTo, step, store, titles } from "../state";
import { FIRST_MAP, mosaics, panelOf, strengthAt, topSeries } from "./features";
import { drawTile, mosaicOf } from "./paintFeatures";
import { stripSteps } from "./stripSteps";
import type { PanelProps } from "./view";

/** CSS pixels: side of a tile, and least width of a column, in which an epoch's number finds room. */
const TILE = 44;
const COLUMN = 34;
const GAP = 5;

interface StripProps extends PanelProps {
  map: number;
}

export function MapStrip({ indexes, layer, map }: StripProps) {
  const all = indexes.map((index) => topSeries(index, layer)?.steps ?? []);
  const steps = stripSteps(all);
  const logged = unionSteps(all).length;
  const here = closestIndex(steps, step.value);
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = scroller.current;
    const column = box?.querySelector<HTMLElement>("[data-here]");
    if (!box || !column) return;
    const [left, right] = [column.offsetLeft, column.offsetLeft + column.offsetWidth];
    if (left < box.scrollLeft) box.scrollLeft = left;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
  }, [here, steps.length]);
  return (
    <section class="strip" aria-label={`map ${map} over the epochs`}>
      <header>
        <h3>
          Strongest projection at each epoch{" "}
          {steps.length < logged && <span class="quiet">{steps.length} of {logged} shown</span>}
        </h3>
        <p class="legend"><i class="jump" /> another picture became the strongest</p>
        <span class="spring" />
        <Segmented
          label="Epochs"
          value={spacingMode.value}
          onChange={(value) => (spacingMode.value = value)}
          choices={[
            { value: "all", text: "all", title: "Every logged epoch" },
            { value: "log", text: "1, 2, 5, …", title: "Fewer and fewer, as most happens at first" },
          ]}
        />
      </header>
      <div class="film">
        <ul>
          {indexes.map(({ run }) => (
            <li key={run} title={run}>
              <span class="dot" style={{ background: colours.value.get(run) ?? "" }} />
              <span>{titles.value.get(run) ?? run}</span>
            </li>
          ))}
        </ul>
        <div class="scroller" ref={scroller}>
          <Film indexes={indexes} layer={layer} map={map} steps={steps} here={here} />
        </div>
      </div>
    </section>
  );
}

function Film({ indexes, layer, map, steps, here }: StripProps & { steps: readonly number[]; here: number }) {
  const pick = (event: MouseEvent & { currentTarget: HTMLElement }) => {
    const at = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / (COLUMN_WIDTH + GAP));
    const found = steps[Math.min(at, steps.length - 1)];
    if (found !== undefined) goTo(found);
  };
  return (
    <div class="epochs" style={{ width: `${steps.length * (COLUMN_WIDTH + GAP) - GAP}px` }} onClick={pick} data-columns={steps.length}>
      {indexes.map((index) => (
        <FilmRow key={index.run} index={index} layer={layer} map={map} steps={steps} />
      ))}
      <div class="numbers" aria-hidden="true">
        {steps.map((at, column) => (
          <span key={at} class={column === here ? "current" : ""} style={{ left: `${column * (COLUMN_WIDTH + GAP)}px`, width: `${COLUMN_WIDTH}px` }}>
            {at}
          </span>
        ))}
      </div>
      {here >= 0 && <div class="column-mark" data-here style={{ left: `${here * (COLUMN_WIDTH + GAP) - 3}px`, width: `${COLUMN_WIDTH + 6}px` }} />}
    </div>
  );
}

const COLUMN_WIDTH = Math.max(TILE, COLUMN);

function FilmRow({ index, layer, map, steps }: { index: RunIndex; layer: string; map: number; steps: readonly number[] }) {
  void [mosaics.decoded.value, store.arrivals.value];
  const panel = panelOf(index, layer);
  const dpr = window.devicePixelRatio || 1;
  const title = titles.value.get(index.run) ?? index.run;
  if (panel.state !== "ready") return <div class="film-row" style={{ height: `${TILE}px` }} />;
  const place = panel.facts.maps.indexOf(map);
  if (place < 0 || !panel.facts.tiles)
    return (
      <p class="film-row quiet" style={{ height: `${TILE}px` }}>
        {place < 0 ? "not drawn in this run" : (panel.facts.refused ?? "not logged")}
      </p>
    );
  const { series } = panel;
  const mosaic = mosaicOf(panel);
  const [height, width] = drawnSize(mosaic.tile, Math.floor(TILE * dpr));
  const paint = (context: CanvasRenderingContext2D) => {
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    steps.forEach((at, column) => {
      const position = series.steps.indexOf(at);
      const blob = position < 0 ? undefined : store.blob(series, position, FIRST_MAP + place)?.value;
      if (!blob) return;
      const key = seriesKey(series, position, FIRST_MAP + place);
      mosaics.want(key, blob);
      const picture = mosaics.get(key);
      const left = Math.round((column * (COLUMN_WIDTH + GAP) + COLUMN_WIDTH / 2) * dpr - width / 2);
      if (picture) drawTile(context, picture, tileInMap(0, mosaic), left, Math.round((TILE * dpr - height) / 2), width, height);
    });
  };
  return (
    <div class="film-row" style={{ height: `${TILE}px` }}>
      <PaintedCanvas
        width={Math.round((steps.length * (COLUMN_WIDTH + GAP) - GAP) * dpr)}
        height={Math.round(TILE * dpr)}
        dpr={dpr}
        label={`strongest projection of map ${map} at ${steps.length} epochs, ${title}`}
        paint={paint}
      />
      <Marks index={index} layer={layer} map={map} steps={steps} />
    </div>
  );
}

/** Jumps, dead epochs, and epochs that this run lacks. */
function Marks({ index, layer, map, steps }: { index: RunIndex; layer: string; map: number; steps: readonly number[] }) {
  const series = topSeries(index, layer);
  return (
    <>
      {steps.map((at, column) => {
        const position = series?.steps.indexOf(at) ?? -1;
        const now = position < 0 ? null : strengthAt(index, layer, position);
        const before = position > 0 ? strengthAt(index, layer, position - 1) : null;
        const dead = now !== null && !((now.maps.value[map] ?? 0) > 0);
        const state = position < 0 ? "lacking" : dead ? "dead" : hasJumped(before?.maps ?? null, now?.maps ?? null, map) ? "jumped" : null;
        if (state === null) return null;
        const titles_ = { lacking: "not logged at this epoch", dead: "dead: no picture excites it", jumped: "another picture became the strongest" };
        return (
          <i
            key={at}
            class={`mark ${state}`}
            title={titles_[state]}
            style={{ left: `${column * (COLUMN_WIDTH + GAP)}px`, width: `${COLUMN_WIDTH}px`, height: `${TILE}px` }}
          >
            {state === "jumped" && <i class="jump" />}
          </i>
        );
      })}
    </>
  );
}
