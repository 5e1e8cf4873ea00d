/** What the Weights view knows: which weights there are, and their histograms over the epochs. */

import { signal } from "@preact/signals";
import { ApiError, fetchHistograms, isAbort, wordsOf } from "../api";
import { type HistogramSeries, extentOf, rebin } from "../data/histograms";
import { type RunIndex, type WeightSeries } from "../data/index";
import { Lru } from "../lib/lru";
import { weightName } from "../settings";
import { histogramSteps, reading, store } from "../state";
import type { PanelProps } from "./view";

export const BINS = 80;

interface Entry {
  series: HistogramSeries;
  reading: number;
}

const cache = new Lru<Entry>(64 * 2 ** 20);
/** Counts arrivals of histograms. */
export const arrivals = signal(0);

const keyOf = ({ run, tag }: { run: string; tag: string }): string => JSON.stringify([run, tag]);

function split(name: string): [layer: string, weight: string] {
  const cut = name.lastIndexOf("/");
  return cut < 0 ? [name, name] : [name.slice(0, cut), name.slice(cut + 1)];
}

export function weightLayers(indexes: readonly RunIndex[]): string[] {
  return [...new Set(indexes.flatMap(({ weights }) => weights.map(({ name }) => split(name)[0])))];
}

/** Names of a layer's weights in these runs, kernels first: they are what a convolution learns. */
export function weightsOf(indexes: readonly RunIndex[], layer: string): string[] {
  const names = indexes.flatMap(({ weights }) => weights.map(({ name }) => split(name)));
  const rank = (weight: string) => (weight.endsWith("kernel") ? 0 : 1);
  const own = new Set(names.filter(([of]) => of === layer).map(([, weight]) => weight));
  return [...own].sort((a, b) => rank(a) - rank(b));
}

/** The weight that is looked at: the chosen one where the layer has it, else the first. */
export function currentWeight({ indexes, layer }: PanelProps): string {
  const names = weightsOf(indexes, layer);
  return names.includes(weightName.value) ? weightName.value : (names[0] ?? "");
}

/** A run's histograms of a weight: ours where there are any, else Keras's. */
export function weightSeries(index: RunIndex, layer: string, weight: string): WeightSeries | undefined {
  const all = index.weights.filter(({ name }) => name === `${layer}/${weight}`);
  return all.find(({ source }) => source === "convvis") ?? all[0];
}

export function histogramsOf(series: WeightSeries): HistogramSeries | undefined {
  void arrivals.value;
  return cache.get(keyOf(series))?.series;
}

/** The value axis that all shown runs share. */
export function sharedExtent(props: PanelProps): [number, number] | null {
  const weight = currentWeight(props);
  return extentOf(
    props.indexes.flatMap((index) => {
      const series = weightSeries(index, props.layer, weight);
      return (series && histogramsOf(series)?.points) ?? [];
    }),
  );
}

/** Highest share of a bin in any epoch of any shown run. */
export function sharedPeak(props: PanelProps, extent: [number, number]): number {
  const weight = currentWeight(props);
  let peak = 0;
  for (const index of props.indexes) {
    const series = weightSeries(index, props.layer, weight);
    const histograms = series && histogramsOf(series);
    if (histograms) for (const shares of sharesOf(histograms, extent)) for (const share of shares) peak = Math.max(peak, share);
  }
  return peak;
}

const binned = new WeakMap<HistogramSeries, { name: string; shares: Float64Array[] }>();

/** Shares per bin, epoch by epoch; the same array as long as series and extent are the same. */
export function sharesOf(series: HistogramSeries, extent: [number, number]): Float64Array[] {
  const name = String(extent);
  const known = binned.get(series);
  if (known?.name === name) return known.shares;
  const shares = series.points.map(({ buckets }) => rebin(buckets, extent, BINS));
  binned.set(series, { name, shares });
  return shares;
}

const knownSteps = new WeakMap<HistogramSeries, number[]>();

/** The steps of a series; the same array every time. */
export function stepsOf(series: HistogramSeries): number[] {
  const steps = knownSteps.get(series) ?? series.points.map(({ step }) => step);
  knownSteps.set(series, steps);
  return steps;
}

export function followWeight(): void {
  void weightName.value;
}

/** Fetches the histograms of the weight that is looked at. */
export async function loadHistograms(props: PanelProps, stop: AbortSignal): Promise<void> {
  const now = reading.peek();
  const weight = currentWeight(props);
  const wanted = props.indexes.map((index) => ({ run: index.run, series: weightSeries(index, props.layer, weight) }));
  const missing = wanted.flatMap(({ series }) => (series && cache.get(keyOf(series))?.reading !== now ? series : []));
  await fetchMissing(missing, now, stop);
  if (stop.aborted) return;
  const steps = (series: WeightSeries | undefined) => {
    const histograms = series && histogramsOf(series);
    return histograms ? stepsOf(histograms) : [];
  };
  histogramSteps.value = new Map(
    wanted.map(({ run, series }) => [run, steps(series)]),
  );
}

async function fetchMissing(missing: WeightSeries[], now: number, stop: AbortSignal): Promise<void> {
  if (missing.length === 0) return;
  try {
    for (const series of await fetchHistograms(missing, stop)) {
      const buckets = series.points.reduce((sum, point) => sum + point.buckets.length, 0);
      cache.set(keyOf(series), { series, reading: now }, 80 * buckets + 256);
    }
    store.trouble.value = null;
  } catch (error) {
    if (!isAbort(error)) store.trouble.value = { words: wordsOf(error), lost: error instanceof ApiError && error.lost };
  }
  arrivals.value++;
}
