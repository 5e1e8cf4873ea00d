/** The value axis of a small chart: linear, or logarithmic with a place for zero. */

import { ticks } from "./scale";

export interface ValueAxis {
  /** Where a value stands, from 0 at the bottom to 1 at the top. */
  place: (value: number) => number;
  ticks: number[];
}

/** The lowest part of a logarithmic axis belongs to zero. */
const ZERO_ROOM = 0.16;
/** Decades below the largest value that are told apart. */
const MOST_DECADES = 8;

/**
 * @param values those that are drawn; what is not finite is left out
 * @param marks about so many round values
 */
export function linearAxis(values: readonly number[], fromZero: boolean, marks = 3): ValueAxis {
  const finite = values.filter(Number.isFinite);
  const high = Math.max(...finite);
  const low = fromZero ? 0 : Math.min(...finite);
  if (!(high > low)) return { place: () => (fromZero ? 0 : 0.5), ticks: finite.length > 0 ? [high] : [] };
  return { place: (value) => (value - low) / (high - low), ticks: ticks(low, high, marks) };
}

/** From the smallest decade that holds a value to the largest; zero stands at the bottom, apart from the rest. */
export function logAxis(values: readonly number[]): ValueAxis {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return { place: () => 0, ticks: [0] };
  const top = Math.log10(Math.max(...positive));
  const bottom = Math.max(Math.floor(Math.log10(Math.min(...positive))), Math.floor(top) - MOST_DECADES);
  const span = Math.max(top - bottom, 1e-9);
  const stride = Math.max(1, Math.ceil(span / 2.5));
  const decades = Array.from({ length: Math.floor((Math.floor(top) - bottom) / stride) + 1 }, (_, at) => 10 ** (Math.floor(top) - at * stride)).reverse();
  return {
    place: (value) => (value > 0 ? ZERO_ROOM + (1 - ZERO_ROOM) * Math.max(0, (Math.log10(value) - bottom) / span) : 0),
    ticks: values.includes(0) ? [0, ...decades] : decades,
  };
}
