/** Which epochs the strip of a map shows. */

import { every } from "../components/chart";
import { unionSteps } from "../lib/steps";
import { spacingMode } from "../settings";

/** A longer history is shown in part, and said to be. */
const MOST = 240;

/** Epochs of these runs, ascending: all, or those nearest to 1, 2, 5, 10, 20, 50, ... and both ends. */
export function stripSteps(runs: readonly (readonly number[])[]): number[] {
  const all = unionSteps(runs);
  return spacingMode.value === "log" ? logSpaced(all) : every(all.length, MOST).map((at) => all[at] ?? 0);
}

export function logSpaced(steps: readonly number[]): number[] {
  const last = steps[steps.length - 1] ?? 0;
  const chosen = new Set([steps[0] ?? 0, last]);
  for (let ten = 1; ten <= last; ten *= 10)
    for (const mark of [ten, 2 * ten, 5 * ten]) {
      const found = steps.find((step) => step >= mark);
      if (found !== undefined) chosen.add(found);
    }
  return steps.length > 0 ? [...chosen].sort((a, b) => a - b) : [];
}
