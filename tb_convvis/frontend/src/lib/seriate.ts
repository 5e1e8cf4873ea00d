/** An order in which like things stand together: the leaves of average-linkage clustering. */

/**
 * Clusters that are nearest are joined first, each time with their likest ends side by side.
 *
 * Takes n² steps and is the same every time: between equals the lower number comes first.
 *
 * @param distance symmetric, from 0 for what is alike
 */
export function seriate(count: number, distance: (a: number, b: number) => number): number[] {
  const apart = new Float64Array(count * count);
  for (let a = 0; a < count; a++) for (let b = 0; b < a; b++) apart[a * count + b] = apart[b * count + a] = distance(a, b);
  const between = apart.slice();
  const clusters = new Map(Array.from({ length: count }, (_, at) => [at, [at]]));
  // Two that are each other's nearest may be joined at once: later joins come no nearer to them than they are.
  const chain: number[] = [];
  while (clusters.size > 1) {
    if (chain.length === 0) for (const first of clusters.keys()) if (chain.push(first)) break;
    const end = chain[chain.length - 1] as number;
    let next = chain[chain.length - 2] ?? -1;
    for (const other of clusters.keys())
      if (other !== end && (next < 0 || (between[end * count + other] as number) < (between[end * count + next] as number))) next = other;
    if (next !== chain[chain.length - 2]) {
      chain.push(next);
      continue;
    }
    chain.length -= 2;
    const [a, b] = [Math.min(end, next), Math.max(end, next)];
    const [left, right] = [clusters.get(a) as number[], clusters.get(b) as number[]];
    for (const other of clusters.keys()) {
      const mean = left.length * (between[a * count + other] as number) + right.length * (between[b * count + other] as number);
      between[a * count + other] = between[other * count + a] = mean / (left.length + right.length);
    }
    clusters.set(a, joined(left, right, (one, two) => apart[one * count + two] as number));
    clusters.delete(b);
  }
  const [order = []] = clusters.values();
  return (order[0] ?? 0) > (order[count - 1] ?? 0) ? order.reverse() : order;
}

/** Both rows in one, turned so that the ends that meet are as near as can be. */
function joined(left: readonly number[], right: readonly number[], apart: (a: number, b: number) => number): number[] {
  const ends = (row: readonly number[]) => [row, row.toReversed()];
  let best: number[] = [];
  let least = Infinity;
  for (const one of ends(left))
    for (const two of ends(right)) {
      const gap = apart(one[one.length - 1] as number, two[0] as number);
      if (best.length > 0 && gap >= least) continue;
      least = gap;
      best = [...one, ...two];
    }
  return best;
}
