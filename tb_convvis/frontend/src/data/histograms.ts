/** Weight histograms: what the server sends, and the same counts in bins that all epochs share. */

import { type Guard, fields, finite, list, nullable, optional, text, triple, unless } from "../lib/guards";
import { enumerate } from "../lib/words";
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

const point: Guard<HistogramPoint> = (value, at) => {
  const { step, buckets } = fields<{ step: number | string; buckets: Bucket[] }>({
    step: wireStep,
    buckets: list(triple(finite, finite, finite)),
  })(value, at);
  return { step: Number(step), buckets };
};

/** A histogram that does not fit is left out, as the server does with damaged ones, and told in `error`. */
const wireSeries: Guard<HistogramSeries> = (value, at) => {
  const problems: string[] = [];
  const tell = (words: string) => void problems.push(words);
  const { run, tag, error, points } = fields<{ run: string; tag: string; error: string | null; points: (HistogramPoint | null)[] }>({
    run: text,
    tag: text,
    error: nullable(text),
    points: unless(optional(list(unless<HistogramPoint | null>(point, null, tell)), []), [], tell),
  })(value, at);
  const words = [...(error === null ? [] : [error]), ...problems];
  return {
    run,
    tag,
    error: words.length > 0 ? enumerate(words, 2) : null,
    points: points.filter((item) => item !== null).sort((a, b) => a.step - b.step),
  };
};

export const histogramSeries: Guard<HistogramSeries[]> = (value, at) => fields({ series: list(wireSeries) })(value, at).series;

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
