/** Steps on the one time axis: which there are, and which a run shows where it lacks the one asked for. */

/** Ascending union of several ascending lists. */
export function unionSteps(lists: Iterable<readonly number[]>): number[] {
  const seen = new Set<number>();
  for (const list of lists) for (const step of list) seen.add(step);
  return [...seen].sort((a, b) => a - b);
}

/** Index of the first item that is >= the step; the length where there is none. */
function lowerBound(steps: readonly number[], step: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle] as number) < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Index of the step to show where `step` is asked for: itself, else the latest before it (an epoch is
 * never illustrated with what was learnt after it), else the first there is. -1 where there are none.
 */
export function shownIndex(steps: readonly number[], step: number): number {
  const at = lowerBound(steps, step);
  if (steps[at] === step) return at;
  return at > 0 ? at - 1 : steps.length > 0 ? 0 : -1;
}

/** Index of the step that lies closest: where a pointer lands on the slider. The earlier of two equals. */
export function closestIndex(steps: readonly number[], step: number): number {
  const at = lowerBound(steps, step);
  const above = steps[at];
  const below = steps[at - 1];
  if (above === undefined) return steps.length - 1;
  if (below === undefined) return at;
  return above - step < step - below ? at : at - 1;
}

/** The neighbour of a step in a list, or the end of the list where there is none further on. */
export function neighbour(steps: readonly number[], step: number, by: number): number {
  const at = lowerBound(steps, step);
  const on = steps[at] === step;
  const target = by > 0 ? at + by - (on ? 0 : 1) : at + by;
  const clamped = Math.max(0, Math.min(steps.length - 1, target));
  return steps[clamped] ?? step;
}
