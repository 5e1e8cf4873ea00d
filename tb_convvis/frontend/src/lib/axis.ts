/** The axis that runs are kept in step on: where each log of a run stands on it, and how that is said. */

import { ticks } from "./scale";
import { closestIndex } from "./steps";

export const AXES = ["epoch", "time", "fraction"] as const;
export type Axis = (typeof AXES)[number];

/** A log: how many epochs were completed, and when it was written; null where that is not known. */
export interface Moment {
  step: number;
  wall: number | null;
}

/**
 * Seconds of training up to each step; null where no log of the run says when it was written.
 *
 * Only what passed between a log and the one before it is added up, so that a clock that was set back costs
 * that one interval, and where a fit began in between only what passed since then, so that the night before
 * a resume does not count. A step without a time stands evenly between its neighbours that have one, at the
 * ends with the nearest.
 *
 * @param steps ascending
 * @param logs what is known of these steps, in any order; of several at one step the earliest counts
 * @param starts when fits began
 */
export function elapsed(steps: readonly number[], logs: Iterable<Moment>, starts: readonly Moment[]): number[] | null {
  const walls = new Map<number, number>();
  for (const { step, wall } of logs) if (wall !== null) walls.set(step, Math.min(wall, walls.get(step) ?? Infinity));
  const began = starts.flatMap(({ wall }) => wall ?? []);
  const known: { at: number; seconds: number }[] = [];
  let seconds = 0;
  let before: number | null = null;
  steps.forEach((step, at) => {
    const wall = walls.get(step);
    if (wall === undefined) return;
    const since = Math.max(before ?? -Infinity, ...began.filter((start) => start <= wall));
    // Without a record of the start the run begins with its first log.
    seconds += Number.isFinite(since) ? Math.max(0, wall - since) : 0;
    before = wall;
    known.push({ at, seconds });
  });
  if (known.length === 0) return null;
  const at = known.map((item) => steps[item.at] as number);
  return steps.map((step) => interpolate(at, known.map((item) => item.seconds), step));
}

/** The value at `x` of the line through points with ascending `xs`; beyond them that of the end. */
export function interpolate(xs: readonly number[], ys: readonly number[], x: number): number {
  const after = xs.findIndex((other) => other >= x);
  const right = ys[after] ?? ys[ys.length - 1] ?? Number.NaN;
  const [x0, x1, left] = [xs[after - 1], xs[after], ys[after - 1]];
  if (x0 === undefined || x1 === undefined || left === undefined || x1 === x) return right;
  return left + ((right - left) * (x - x0)) / (x1 - x0);
}

/** Share of the training up to each step: the last one has all of it. */
export function fractions(steps: readonly number[]): number[] {
  const last = steps[steps.length - 1] ?? 0;
  return steps.map((step) => (last > 0 ? step / last : 1));
}

/**
 * The step that a run is asked for where the slider stands at a position: on the axis of epochs the position
 * itself, else the step whose place is nearest, of several at that place the last.
 *
 * @param places where each step stands on the axis, ascending; null where that is not known: then the last
 */
export function stepAsked(axis: Axis, steps: readonly number[], places: readonly number[] | null, position: number): number {
  if (axis === "epoch") return position;
  const nearest = places?.[closestIndex(places, position)];
  return steps[nearest === undefined || !places ? steps.length - 1 : places.lastIndexOf(nearest)] ?? 0;
}

const UNITS: readonly [seconds: number, name: string][] = [[86_400, "d"], [3_600, "h"], [60, "min"], [1, "s"]];

/** "7.5 s", "3 min 10 s", "2 h 5 min": two units at most. */
export function duration(seconds: number): string {
  const rounded = seconds < 9.95 ? Math.round(10 * seconds) / 10 : Math.round(seconds);
  const first = Math.max(0, UNITS.findIndex(([unit]) => rounded >= unit));
  const [unit, name] = rounded < 1 ? [1, "s"] as const : (UNITS[first] ?? [1, "s"]);
  const next = UNITS[first + 1];
  if (unit === 1 || !next) return `${rounded} s`;
  const parts = Math.round(rounded / next[0]);
  const [whole, rest] = [Math.floor((parts * next[0]) / unit), parts % (unit / next[0])];
  return rest > 0 ? `${whole} ${name} ${rest} ${next[1]}` : `${whole} ${name}`;
}

/** A position without the axis' name: "20", "3 min 10 s", "42 %". */
export function placeWords(axis: Axis, place: number): string {
  if (axis === "time") return duration(place);
  return axis === "epoch" ? String(place) : `${Number((100 * place).toFixed(1))}\u2009%`;
}

/** A position by itself: "epoch 20", "3 min 10 s", "42 %". */
export function positionWords(axis: Axis, place: number): string {
  return axis === "epoch" ? `epoch ${place}` : placeWords(axis, place);
}

const STRIDES = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];

/** Times for the labels of an axis, at most so many, a round number of seconds, minutes, hours or days apart. */
function timeTicks(first: number, last: number, most: number): number[] {
  const span = (last - first) / Math.max(1, most);
  const stride = STRIDES.find((one) => one >= span) ?? 86_400 * Math.ceil(span / 86_400);
  const start = Math.ceil(first / stride);
  return Array.from({ length: Math.max(0, Math.floor(last / stride) - start + 1) }, (_, at) => (start + at) * stride);
}

/** Where an axis ends: where there is only one position, a little beyond it. */
export function axisEnd(axis: Axis, first: number, last: number): number {
  return last > first ? last : first + (axis === "fraction" ? 0.01 : 1);
}

/** Places for the labels of an axis that is so many pixels wide. */
export function axisTicks(axis: Axis, first: number, end: number, width: number): number[] {
  if (axis === "time") return timeTicks(first, end, Math.max(2, Math.floor(width / 90)));
  const all = ticks(first, end, Math.max(2, Math.floor(width / 60)));
  return axis === "epoch" ? all.filter(Number.isInteger) : all;
}
