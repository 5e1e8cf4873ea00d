/** One filter of one run: large, over the epochs, and its size over the epochs. */

import { useMemo } from "preact/hooks";
import { every } from "../components/chart";
import { Curve } from "../components/Curve";
import { FactList } from "../components/FactList";
import { Filmstrip } from "../components/Filmstrip";
import { Absent, Loading } from "../components/states";
import { TileCanvas } from "../components/TileCanvas";
import { useWidth } from "../components/useWidth";
import type { RunIndex, Series } from "../data/index";
import { findSeries } from "../data/index";
import { diagnose } from "../lib/diagnose";
import { layoutGrid } from "../lib/gridLayout";
import { type Tiles, filterMaxima, tilesOf } from "../lib/kernel";
import { number } from "../lib/words";
import { colours, goToStep, store, timeline } from "../state";
import { type FilterReady, factsAt, panelOf, scaleOf } from "./filters";

/** Picture with numbers, filmstrip, curve. */
export const DETAIL_PARTS = 3;

/** A longer history is shown in part, and said to be. */
const MOST_TILES = 240;
const SIDE = 136;

interface DetailProps {
  index: RunIndex;
  /** All runs: their curves share the axes. */
  indexes: readonly RunIndex[];
  layer: string;
  filter: number;
}

export function FilterDetail({ index, indexes, layer, filter }: DetailProps) {
  const panel = panelOf(index, layer);
  const words =
    panel.state === "ready"
      ? filter < panel.kernel.filters ? null : `This run has no filter ${filter}: it has ${panel.kernel.filters}.`
      : panel.state === "loading" ? null : panel.words;
  if (words !== null) return <Absent words={words} />;
  if (panel.state !== "ready") return <Loading height={SIDE} />;
  return (
    <>
      <LargeFilter panel={panel} filter={filter} />
      <History panel={panel} filter={filter} />
      <RmsCurve index={index} indexes={indexes} layer={layer} panel={panel} filter={filter} />
    </>
  );
}

/** The filter at the shown epoch, and its size in numbers. */
export function LargeFilter({ panel, filter }: { panel: FilterReady; filter: number }) {
  const { kernel, display, facts } = panel;
  const dpr = window.devicePixelRatio || 1;
  const { maxima } = scaleOf(panel);
  const tiles = useMemo(
    () => tilesOf(kernel, display, maxima, [filter]),
    [kernel, display.colour, String(display.order), String(display.divisor), maxima[filter], filter],
  );
  const [ref, width] = useWidth<HTMLDivElement>();
  const room = Math.min(width, tiles.perFilter > 1 ? 2 * SIDE : SIDE);
  const layout = layoutGrid(tiles, { width: Math.floor(room * dpr), height: SIDE * dpr }, SIDE * dpr, dpr);
  const { median } = diagnose(facts.rms);
  const rms = facts.rms[filter] ?? Number.NaN;
  const rows: [string, string][] = [
    ["RMS", number(rms)],
    ["RMS / median", median > 0 && Number.isFinite(rms) ? number(rms / median) : "–"],
    ["norm", number(facts.norm[filter] ?? Number.NaN)],
    ["largest |w|", number(filterMaxima(kernel, null)[filter] ?? 0)],
    ["M (white)", number(maxima[filter] ?? 0)],
  ];
  return (
    <div class="large" ref={ref}>
      <div style={{ minWidth: `${SIDE}px` }}>
        {width > 0 && <TileCanvas tiles={tiles} layout={layout} dpr={dpr} label={`filter ${filter}, large`} />}
      </div>
      <FactList facts={rows} />
    </div>
  );
}

function History({ panel, filter }: { panel: FilterReady; filter: number }) {
  const { series, display } = panel;
  const { maxima } = scaleOf(panel);
  const arrived = store.arrivals.value;
  const { tiles, steps } = useMemo(
    () => historyTiles(panel, filter, maxima),
    [series, arrived, display.colour, String(display.order), String(display.divisor), maxima[filter], filter],
  );
  if (!tiles) return <div />;
  const all = steps.length === series.steps.length;
  return (
    <div>
      <h3>
        Over the epochs <span class="quiet">{all ? "" : `${steps.length} of ${series.steps.length} shown`}</span>
      </h3>
      <Filmstrip tiles={tiles} steps={steps} current={series.steps[panel.at] ?? 0} onPick={(at) => goToStep(series.run, at)} label={`filter ${filter} at epochs ${steps[0]} to ${steps[steps.length - 1]}`} />
    </div>
  );
}

/** The filter at each epoch whose kernel is here, as tiles in a row. */
export function historyTiles({ series, display }: FilterReady, filter: number, maxima: Float64Array): { tiles: Tiles | null; steps: number[] } {
  const here = series.steps.flatMap((step, at) => {
    const kernel = store.kernel(series, at)?.value;
    return kernel && filter < kernel.filters ? [{ step, kernel }] : [];
  });
  const frames = every(here.length, MOST_TILES).flatMap((at) => {
    const item = here[at];
    return item ? [{ step: item.step, tiles: tilesOf(item.kernel, display, maxima, [filter]) }] : [];
  });
  const first = frames[0]?.tiles;
  if (!first) return { tiles: null, steps: [] };
  const same = frames.filter(({ tiles }) => tiles.pixels.length === first.pixels.length);
  const pixels = new Uint32Array(same.length * first.pixels.length);
  same.forEach(({ tiles }, at) => pixels.set(tiles.pixels, at * first.pixels.length));
  return { tiles: { ...first, filters: same.length, pixels }, steps: same.map(({ step }) => step) };
}

function RmsCurve({ index, indexes, layer, panel, filter }: DetailProps & { panel: FilterReady }) {
  const arrived = store.arrivals.value;
  const { values, medians } = useMemo(() => rmsOf(panel.series, filter), [panel.series, filter, arrived]);
  const peak = useMemo(
    () =>
      Math.max(
        ...indexes.flatMap((other) => {
          const series = findSeries(other, "filters", layer);
          if (!series) return [];
          const { values: own, medians: middle } = rmsOf(series, filter);
          return [...own, ...middle].filter(Number.isFinite);
        }),
      ),
    [indexes, layer, filter, arrived],
  );
  const steps = timeline.value;
  return (
    <div>
      <h3>
        RMS <span class="quiet">thin: median of the layer</span>
      </h3>
      <Curve
        steps={panel.series.steps}
        values={values}
        reference={medians}
        domain={[steps[0] ?? 0, steps[steps.length - 1] ?? 1]}
        peak={peak}
        current={panel.series.steps[panel.at] ?? 0}
        colour={colours.value.get(index.run) ?? "currentColor"}
        label={`RMS of filter ${filter} over the epochs`}
        onPick={(at) => goToStep(index.run, at)}
      />
    </div>
  );
}

function rmsOf(series: Series, filter: number): { values: number[]; medians: number[] } {
  const facts = series.steps.map((_, at) => factsAt(series, at));
  return {
    values: facts.map((one) => one?.rms[filter] ?? Number.NaN),
    medians: facts.map((one) => (one ? diagnose(one.rms).median : Number.NaN)),
  };
}
