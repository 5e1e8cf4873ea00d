/** What the sizes of a layer's filters say: dead and dominating ones. */

import { median } from "./median";

export const DEAD_SHARE = 1e-3;
export const DOMINANCE = 5;

export interface Diagnosis {
  median: number;
  /** Largest RMS over the median. */
  dominance: number;
  dead: number[];
  dominating: number[];
}

/** @param rms root mean square of each filter; NaN where it is not finite */
export function diagnose(rms: readonly number[]): Diagnosis {
  const middle = median(rms.filter(Number.isFinite)) ?? 0;
  const numbers = rms.map((_, filter) => filter);
  return {
    median: middle,
    dominance: middle > 0 ? Math.max(...rms.filter(Number.isFinite)) / middle : 1,
    dead: numbers.filter((filter) => rms[filter] === 0 || (rms[filter] ?? 0) < DEAD_SHARE * middle),
    dominating: middle > 0 ? numbers.filter((filter) => (rms[filter] ?? 0) > DOMINANCE * middle) : [],
  };
}
