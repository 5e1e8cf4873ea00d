/** The middle of the numbers, NaN apart; of two middle ones their mean. Undefined where there are none. */
export function median(values: Iterable<number>): number | undefined {
  const sorted = Float64Array.from(values).filter((value) => !Number.isNaN(value)).sort();
  const half = sorted.length >> 1;
  const [below, above] = [sorted[half - 1], sorted[half]];
  return sorted.length % 2 === 0 && below !== undefined && above !== undefined ? (below + above) / 2 : above;
}
