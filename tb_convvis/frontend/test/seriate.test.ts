import { describe, expect, it } from "vitest";
import { topFacts } from "../src/data/top";
import { seriate } from "../src/lib/seriate";
import { likeTogether, projectionVectors } from "../src/views/mapVectors";

/** Numbers that look random and are the same every time. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

/** Average linkage by its definition: the two clusters with the least mean distance, over and over. */
function clustersOf(count: number, distance: (a: number, b: number) => number): number[][] {
  let clusters = Array.from({ length: count }, (_, at) => [at]);
  const found: number[][] = [];
  while (clusters.length > 1) {
    let best: [number[], number[], number] = [[], [], Infinity];
    for (const a of clusters)
      for (const b of clusters) {
        if (a === b) continue;
        const all = a.flatMap((one) => b.map((two) => distance(one, two)));
        const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
        if (mean < best[2]) best = [a, b, mean];
      }
    const joined = [...best[0], ...best[1]];
    clusters = [...clusters.filter((one) => one !== best[0] && one !== best[1]), joined];
    found.push(joined);
  }
  return found;
}

describe("seriate", () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed + 1))("keeps every cluster of average linkage together (%i)", (seed) => {
    const next = random(seed);
    const count = 2 + (seed % 8);
    const points = Array.from({ length: count }, () => [next(), next(), next()]);
    const distance = (a: number, b: number) => Math.hypot(...(points[a] ?? []).map((value, at) => value - (points[b]?.[at] ?? 0)));
    const order = seriate(count, distance);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
    for (const cluster of clustersOf(count, distance)) {
      const places = cluster.map((item) => order.indexOf(item));
      expect(Math.max(...places) - Math.min(...places)).toBe(cluster.length - 1);
    }
  });

  it("puts points on a line in their order", () => {
    const line = [5, 0, 1.1, 7, 3.05, 8.2];
    const order = seriate(6, (a, b) => Math.abs((line[a] ?? 0) - (line[b] ?? 0)));
    // From the end that has the lower number.
    expect(order.map((at) => line[at])).toEqual([0, 1.1, 3.05, 5, 7, 8.2]);
  });

  it("does not depend on chance among equals, and takes few and none", () => {
    expect(seriate(5, () => 1)).toEqual([0, 1, 2, 3, 4]);
    expect([seriate(0, () => 0), seriate(1, () => 0), seriate(2, () => 0)]).toEqual([[], [0], [0, 1]]);
  });

  it("takes less than a second for 512 maps", () => {
    const next = random(7);
    const vectors = Array.from({ length: 512 }, () => Float32Array.from({ length: 108 }, next));
    const started = performance.now();
    expect(new Set(likeTogether(vectors)).size).toBe(512);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("projections that are compared", () => {
  const facts = topFacts(
    {
      layer: "conv", maps: [2, 5, 7, 8, 9], of: 12, k: 2, columns: ["value", "image"], window: [4, 4], block: 1,
      tile: [4, 4], tiles_across: 2, overview_tile: [4, 4], overview_across: 3,
    },
    "top",
  );
  const width = 3 * 8;

  /** An overview whose maps have the grey level of a pixel of their tiles. */
  function overview(grey: (map: number, slot: number, row: number, column: number) => number): { data: Uint8ClampedArray; width: number } {
    const data = new Uint8ClampedArray(4 * width * 8).fill(255);
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < width; x++) {
        const level = grey(Math.floor(y / 4) * 3 + Math.floor(x / 8), Math.floor((x % 8) / 4), y % 4, x % 4);
        data.fill(level, 4 * (y * width + x), 4 * (y * width + x) + 3);
      }
    return { data, width };
  }

  it("stand together where they are alike, whatever their contrast, and empty ones last", () => {
    // Maps 0 and 3 have upright stripes, 1 and 4 lying ones; 2 has nothing.
    const picture = overview((map, _, row, column) => {
      if (map === 2) return 128;
      const upright = map === 0 || map === 3;
      return 128 + (map < 2 ? 100 : 20) * ((upright ? column : row) % 2 === 0 ? 1 : -1);
    });
    const vectors = projectionVectors(picture, facts);
    expect(vectors[2]).toBeNull();
    const order = likeTogether(vectors);
    expect(Math.abs(order.indexOf(0) - order.indexOf(3))).toBe(1);
    expect(Math.abs(order.indexOf(1) - order.indexOf(4))).toBe(1);
    expect(order[4]).toBe(2);
  });

  it("are those of opposite sign apart, and cancel out within a map", () => {
    const picture = overview((map, slot, _, column) => 128 + 60 * (column < 2 ? 1 : -1) * (map === 1 || (map === 2 && slot === 1) ? -1 : 1));
    const vectors = projectionVectors(picture, facts);
    expect(vectors[2]).toBeNull();
    const [one, two] = [vectors[0] ?? new Float32Array(), vectors[1] ?? new Float32Array()];
    expect(one.reduce((sum, value, at) => sum + value * (two[at] ?? 0), 0)).toBeCloseTo(-1);
  });
});
