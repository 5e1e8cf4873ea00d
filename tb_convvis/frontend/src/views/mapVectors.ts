/** What a map's projections look like, in a few numbers that can be compared. */

import type { TopFacts } from "../data/top";
import { seriate } from "../lib/seriate";
import { tileInOverview } from "../lib/mosaic";

/** Cells per side that a projection is averaged into: enough for an edge and its angle. */
const CELLS = 6;
const MID_GREY = 128;
/** Root mean square, in grey levels, below which there is no projection but what compression left. */
const NOTHING = 0.5;

/** A picture's pixels, RGBA, and its width. */
export interface Pixels {
  data: Uint8ClampedArray;
  width: number;
}

/**
 * Per drawn map the mean of its projections in the overview, of length one; null where there is nothing in them.
 *
 * Mid-grey is no influence and becomes zero. The mean of the nine keeps what they share: what the map answers to.
 */
export function projectionVectors({ data, width }: Pixels, facts: TopFacts): (Float32Array | null)[] {
  const { tiles } = facts;
  if (!tiles) return facts.maps.map(() => null);
  const [tall, wide] = tiles.overviewTile;
  const [rows, columns] = [Math.min(CELLS, tall), Math.min(CELLS, wide)];
  const mosaic = { tile: tiles.overviewTile, across: tiles.across };
  return facts.maps.map((_, map) => {
    const vector = new Float32Array(3 * rows * columns);
    for (let slot = 0; slot < facts.k; slot++) {
      const { left, top } = tileInOverview(map, slot, facts.k, mosaic, tiles.overviewAcross);
      for (let y = 0; y < tall; y++)
        for (let x = 0; x < wide; x++) {
          const from = 4 * ((top + y) * width + left + x);
          const to = 3 * (Math.floor((y * rows) / tall) * columns + Math.floor((x * columns) / wide));
          for (let colour = 0; colour < 3; colour++)
            (vector[to + colour] as number) += (data[from + colour] ?? MID_GREY) - MID_GREY;
        }
    }
    const length = Math.hypot(...vector);
    const perCell = (facts.k * tall * wide) / (rows * columns);
    return length < NOTHING * perCell * Math.sqrt(vector.length) ? null : vector.map((value) => value / length);
  });
}

/** Positions of the drawn maps, like ones together; those without projections last. */
export function likeTogether(vectors: readonly (Float32Array | null)[]): number[] {
  const known = vectors.flatMap((vector, at) => (vector ? [{ vector, at }] : []));
  const none = vectors.flatMap((vector, at) => (vector ? [] : [at]));
  const order = seriate(known.length, (a, b) => 1 - cosine(known[a]?.vector as Float32Array, known[b]?.vector as Float32Array));
  return [...order.map((place) => known[place]?.at as number), ...none];
}

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}

/** The pixels of a decoded picture. */
export function pixelsOf(picture: ImageBitmap): Pixels | null {
  const { width, height } = picture;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context?.drawImage(picture, 0, 0);
  return context ? { data: context.getImageData(0, 0, width, height).data, width } : null;
}
