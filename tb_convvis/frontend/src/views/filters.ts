/** What the First layer view knows of a run: which kernel stands at the step, and how it is scaled. */

import { signal } from "@preact/signals";
import { type RunIndex, type Series, absentWords, findSeries } from "../data/index";
import { type FilterFacts, type Kernel, type Manifest, filterFacts } from "../data/manifest";
import { failureAt, statusWants } from "../data/status";
import { type Want, wholeSeries } from "../data/plan";
import { type Display, displayOf, filterMaxima } from "../lib/kernel";
import { colourMode, scaleMode } from "../settings";
import { position, shownAt, stepOf, store } from "../state";
import type { UnreadyPanel } from "./Unready";
import type { PanelProps } from "./view";

/** Kernels of all epochs are fetched at once up to this size; beyond it those around the step. */
const BULK_BYTES = 16 * 2 ** 20;
const WINDOW_BYTES = 6 * 2 ** 20;

const bulky = signal(false);

export interface FilterReady {
  state: "ready";
  series: Series;
  /** Position of the shown step in the series. */
  at: number;
  facts: FilterFacts;
  kernel: Kernel;
  display: Display;
  failure: string | null;
}

export type FilterPanel = UnreadyPanel | FilterReady;

/** The facts at a position, if its manifest is here and sound. */
export function factsAt(series: Series, at: number): FilterFacts | null {
  const manifest = store.manifest(series, at)?.value;
  if (!manifest) return null;
  const known = parsed.get(manifest);
  if (known !== undefined) return known;
  let read: FilterFacts | null = null;
  try {
    read = filterFacts(manifest.facts, "manifest");
  } catch {
    // Told where the step itself is shown.
  }
  parsed.set(manifest, read);
  return read;
}

const parsed = new WeakMap<Manifest, FilterFacts | null>();

export function panelOf(index: RunIndex, layer: string): FilterPanel {
  void store.arrivals.value;
  const failure = failureAt(index, "filters", layer, stepOf(index.run));
  const series = findSeries(index, "filters", layer);
  if (!series) return { state: "absent", words: absentWords(index, "filters", "filters", layer), failure };
  if (series.error) return { state: "failed", words: series.error, failure, step: null };
  const at = shownAt(series);
  if (at < 0) return { state: "absent", words: "No epoch of this layer was kept.", failure };
  const shown = series.steps[at] ?? null;
  const manifest = store.manifest(series, at);
  const kernel = store.kernel(series, at);
  const error = manifest?.error ?? kernel?.error;
  if (error) return { state: "failed", words: error, failure, step: shown };
  if (!manifest?.value || !kernel?.value) return { state: "loading", failure };
  const facts = factsAt(series, at);
  if (!facts) return { state: "failed", words: "damaged: its manifest is not that of a kernel", failure, step: shown };
  const display = displayOf(facts, kernel.value.channels, colourMode.value === "colour");
  return { state: "ready", series, at, facts, kernel: kernel.value, display, failure };
}

export interface Scale {
  /** The M of each filter. */
  maxima: Float64Array;
  /** Epochs that the maxima were taken over, and whether that is all of them. */
  epochs: number;
  complete: boolean;
}

const knownScales = new WeakMap<Series, { name: string; scale: Scale }>();

/** M = max|w| over the epochs: of the whole layer, or of each filter. The same object until something arrives. */
export function scaleOf(panel: FilterReady): Scale {
  const { series, kernel, display } = panel;
  const name = JSON.stringify([store.arrivals.value, scaleMode.value, display.divisor, kernel.filters]);
  const known = knownScales.get(series);
  if (known?.name === name) return known.scale;
  const scale = measureScale(panel);
  knownScales.set(series, { name, scale });
  return scale;
}

function measureScale({ series, kernel, display }: FilterReady): Scale {
  const maxima = new Float64Array(kernel.filters);
  let epochs = 0;
  let largest = 0;
  const perLayer = scaleMode.value === "layer";
  for (let at = 0; at < series.steps.length; at++) {
    if (perLayer && !display.divisor) {
      const facts = factsAt(series, at);
      if (!facts) continue;
      largest = Math.max(largest, facts.maxAbs);
    } else {
      const other = store.kernel(series, at)?.value;
      if (other?.filters !== kernel.filters) continue;
      maximaOf(other, display.divisor).forEach((m, filter) => {
        maxima[filter] = Math.max(maxima[filter] ?? 0, m);
        largest = Math.max(largest, m);
      });
    }
    epochs++;
  }
  if (perLayer) maxima.fill(largest);
  return { maxima, epochs, complete: epochs === series.steps.length };
}

const knownMaxima = new WeakMap<Kernel, { divisor: string; maxima: Float64Array }>();

function maximaOf(kernel: Kernel, divisor: number[] | null): Float64Array {
  const name = String(divisor);
  const known = knownMaxima.get(kernel);
  if (known?.divisor === name) return known.maxima;
  const maxima = filterMaxima(kernel, divisor);
  knownMaxima.set(kernel, { divisor: name, maxima });
  return maxima;
}

/** Bytes of one kernel of the series, by the newest manifest that is here; 0 where none is. */
function kernelBytes(series: Series): number {
  for (let at = series.steps.length - 1; at >= 0; at--) {
    const size = store.manifest(series, at)?.value?.blobs[0]?.size;
    if (size !== undefined) return size;
  }
  return 0;
}

/** Manifests of all layers, so that going to another one costs its kernels only. */
export function filterWants(indexes: readonly RunIndex[]): Want[] {
  return [
    ...indexes.flatMap(({ series }) => series.filter(({ kind }) => kind === "filters").map((one) => wholeSeries(one, 0, 4_096))),
    ...statusWants(indexes, "filters"),
  ];
}

/** Where not all kernels are here, the step decides which are fetched. */
export function followStep(): void {
  if (bulky.value) void position.value;
}

/** Fetches kernels: of all epochs where they are small, else those around the step. */
export async function loadKernels({ indexes, layer }: PanelProps, stop: AbortSignal): Promise<void> {
  const kernels = indexes.flatMap((index) => findSeries(index, "filters", layer) ?? []);
  const perEpoch = kernels.reduce((sum, series) => sum + kernelBytes(series), 0);
  const all = kernels.reduce((sum, series) => sum + kernelBytes(series) * series.steps.length, 0);
  bulky.value = all > BULK_BYTES;
  const reach = Math.min(24, Math.floor(WINDOW_BYTES / Math.max(1, perEpoch) / 2));
  await store.ensure(
    kernels.flatMap((series) =>
      bulky.peek() ? windowAround(series, reach) : wholeSeries(series, 1, kernelBytes(series)),
    ),
    stop,
  );
}

/** Nothing where the step is here already: a window is fetched when the slider leaves the last one. */
function windowAround(series: Series, reach: number): Want[] {
  const at = shownAt(series);
  if (at < 0 || store.kernel(series, at)) return [];
  const all = wholeSeries(series, 1, kernelBytes(series));
  return [{ ...all, positions: all.positions.slice(Math.max(0, at - reach), at + reach + 1) }];
}
