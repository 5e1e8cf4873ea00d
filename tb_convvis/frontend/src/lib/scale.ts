/** Numbers onto pixels, and the round numbers to write beside an axis. */

export interface LinearScale {
  (value: number): number;
  invert: (position: number) => number;
  /** About so many round numbers inside the domain, ascending. */
  ticks: (count: number) => number[];
}

type Interval = readonly [from: number, to: number];

/** Where the domain is one number, it stands in the middle of the range. */
export function scaleLinear(domain: Interval, range: Interval): LinearScale {
  const between = ([from, to]: Interval, [first, last]: Interval, value: number) =>
    first + (last - first) * (to === from ? 0.5 : (value - from) / (to - from));
  return Object.assign((value: number) => between(domain, range, value), {
    invert: (position: number) => between(range, domain, position),
    ticks: (count: number) => ticks(domain[0], domain[1], count),
  });
}

/** The round step, 1, 2 or 5 times a power of ten, as `up / down`: both whole, so that 3 steps of 0.1 are 0.3. */
function roundStep(span: number, count: number): { up: number; down: number } {
  const step = span / Math.max(1, count);
  const power = Math.floor(Math.log10(step));
  const ratio = step / 10 ** power;
  // Borders half-way between the factors, on a scale of logarithms.
  const factor = ratio >= Math.sqrt(50) ? 10 : ratio >= Math.sqrt(10) ? 5 : ratio >= Math.SQRT2 ? 2 : 1;
  return power < 0 ? { up: 1, down: Math.round(10 ** -power / factor) } : { up: factor * 10 ** power, down: 1 };
}

export function ticks(from: number, to: number, count: number): number[] {
  if (!(to > from) || !Number.isFinite(to - from)) return from === to ? [from] : [];
  const { up, down } = roundStep(to - from, count);
  const first = Math.ceil((from / up) * down);
  const last = Math.floor((to / up) * down);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => ((first + at) * up) / down || 0);
}

/** The interval from 0 to the round number that is not below the peak: an axis that ends at a tick. */
export function upTo(peak: number, count: number): [number, number] {
  if (!(peak > 0) || !Number.isFinite(peak)) return [0, 1];
  const { up, down } = roundStep(peak, count);
  return [0, (Math.ceil((peak / up) * down) * up) / down];
}
