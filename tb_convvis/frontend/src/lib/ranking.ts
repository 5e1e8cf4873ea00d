/** Things in the order of what they are worth. */

/** The most first; what has no number (NaN) last; between equals the lower number first. */
export function ranked(items: readonly number[], worth: (item: number) => number): number[] {
  const values = new Map(items.map((item) => [item, worth(item)]));
  const value = (item: number) => {
    const found = values.get(item) ?? Number.NaN;
    return Number.isNaN(found) ? -Infinity : found;
  };
  // Two infinities differ by NaN, which as a zero does leaves it to the numbers.
  return items.toSorted((a, b) => value(b) - value(a) || a - b);
}
