/** When a layer has settled: the rule, apart from where the changes come from. */

/** Below this share of the largest change a change counts as none. */
export const QUIET_SHARE = 0.05;
/** Fewer logs than this say nothing. */
export const FEWEST_LOGS = 4;
/** So many quiet changes, with no other after them, make a layer settled. */
export const FEWEST_QUIET = 2;

export type Settled = { state: "settled"; step: number } | { state: "moving" | "still" | "few" };

/**
 * The first log after which the change per epoch stays below `QUIET_SHARE` of its largest value, to the end.
 *
 * "moving" where there is none, "still" where nothing ever changed, "few" where the logs are too few to say.
 *
 * @param steps of the logs, ascending
 * @param changes per epoch since the log before; NaN where that is not known, as at the first log
 */
export function settledAt(steps: readonly number[], changes: readonly number[]): Settled {
  const known = changes.flatMap((change, at) => (Number.isFinite(change) ? [at] : []));
  if (known.length < FEWEST_LOGS - 1) return { state: "few" };
  const value = (at: number) => changes[at] as number;
  const largest = Math.max(...known.map(value));
  if (!(largest > 0)) return { state: "still" };
  const loud = known.findLastIndex((at) => value(at) >= QUIET_SHARE * largest);
  const quiet = known.slice(loud + 1);
  // What was not known in between may have been anything: quiet begins with the log before the first known change.
  const step = steps[(quiet[0] ?? 0) - 1];
  return quiet.length < FEWEST_QUIET || step === undefined ? { state: "moving" } : { state: "settled", step };
}

/**
 * Changes since the log before, divided by the epochs in between; NaN where either is not known.
 *
 * @param logged how many logs there had been at each, where some were dropped since: then the epochs from one
 *   log to the next are those between the kept ones, divided by how many logs they span
 */
export function perEpoch(steps: readonly number[], changes: readonly (number | null)[], logged: readonly (number | null)[] | null): number[] {
  return changes.map((change, at) => {
    const epochs = (steps[at] ?? Number.NaN) - (steps[at - 1] ?? Number.NaN);
    const logs = logged ? (logged[at] ?? Number.NaN) - (logged[at - 1] ?? Number.NaN) : 1;
    return change === null || !(epochs > 0) || !(logs > 0) ? Number.NaN : (change * logs) / epochs;
  });
}
