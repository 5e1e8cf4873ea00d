/** What the charts of histograms have in common. */

/** Height of a chart in CSS pixels: what the window leaves free. */
export function chartHeight(): number {
  return Math.round(Math.max(340, Math.min(680, (window.innerHeight || 700) - 340)));
}

export interface HistogramChartProps {
  steps: readonly number[];
  /** Per step, the share of the weights in each of equal bins over the extent. */
  shares: readonly Float64Array[];
  /** The value axis, shared by all runs. */
  extent: [number, number];
  /** The time axis, shared as well. */
  domain: [first: number, last: number];
  /** Highest share of any bin, step and run. */
  peak: number;
  current: number;
  colour: string;
  label: string;
  onPick: (step: number) => void;
}

/** Positions 0 to length - 1, or so many of them evenly spaced, both ends among them. */
export function every(length: number, most: number): number[] {
  if (length <= most) return Array.from({ length }, (_, at) => at);
  return Array.from({ length: most }, (_, at) => Math.round((at * (length - 1)) / (most - 1)));
}

/** A colour let down into the page's background, in per cent. */
export function mix(colour: string, percent: number): string {
  return `color-mix(in srgb, ${colour} ${percent.toFixed(0)}%, var(--surface))`;
}
