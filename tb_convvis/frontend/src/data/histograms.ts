/** Weight histograms: what the server sends, and the same counts in bins that all epochs share. */

import { type Guard, fields, finite, list, nullable, optional, text, triple } from "../lib/guards";
import { wireStep } from "./index";

export type Bucket = [left: number, right: number, count: number];

export interface HistogramPoint {
  step: number;
  buckets: Bucket[];
}

export interface HistogramSeries {
  run: string;
  tag: string;
  error: string | null;
  points: HistogramPoint[];
}

const point = fields<{ step: number | string; buckets: Bucket[] }>({
  step: wireStep,
  buckets: list(triple(finite, finite, finite)),
});

const wireSeries = fields<{ run: string; tag: string; error: string | null; points: { step: number | string; buckets: Bucket[] }[] }>({
  run: text,
  tag: text,
  error: nullable(text),
  points: optional(list(point), []),
});

export const histogramSeries: Guard<HistogramSeries[]> = (value, at) =>
  fields({ series: list(wireSeries) })(value, at).series.map((series) => ({
    ...series,
    points: series.points
      .map((item) => ({ step: Number(item.step), buckets: item.buckets }))
      .sort((a, b) => a.step - b.step),
  }));

/** Smallest and largest value that any of the points counts; null where nothing is counted. */
export function extentOf(points: Iterable<HistogramPoint>): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { buckets } of points)
    for (const [left, right, amount] of buckets) {
      if (amount <= 0) continue;
      low = Math.min(low, left);
      high = Math.max(high, right);
    }
  if (low > high) return null;
  if (low < high) return [low, high];
  const room = Math.abs(low) * 0.1 || 1;
  return [low - room, high + room];
}

/**
 * The share of the weights that falls into each of `bins` equal bins over `extent`.
 *
 * A bucket that several bins overlap is shared out by the widths of the overlaps, as TensorBoard does it.
 */
export function rebin(buckets: readonly Bucket[], extent: [number, number], bins: number): Float64Array {
  const shares = new Float64Array(bins);
  const [low, high] = extent;
  const width = (high - low) / bins;
  const binOf = (value: number) => Math.max(0, Math.min(bins - 1, Math.floor((value - low) / width)));
  let total = 0;
  for (const [left, right, amount] of buckets) {
    if (amount <= 0) continue;
    total += amount;
    const first = binOf(left);
    const last = binOf(right);
    if (first === last || right <= left) {
      shares[first] = (shares[first] ?? 0) + amount;
      continue;
    }
    for (let bin = first; bin <= last; bin++) {
      const overlap = Math.min(right, low + (bin + 1) * width) - Math.max(left, low + bin * width);
      if (overlap > 0) shares[bin] = (shares[bin] ?? 0) + (amount * overlap) / (right - left);
    }
  }
  if (total > 0) for (let bin = 0; bin < bins; bin++) shares[bin] = (shares[bin] ?? 0) / total;
  return shares;
}

export function countOf(buckets: readonly Bucket[]): number {
  return buckets.reduce((sum, [, , amount]) => sum + Math.max(0, amount), 0);
}
