/** How far the drawn projections of a map at two epochs lie apart, pixel by pixel, and the colours of that. */

import { cividis } from "../lib/colourMaps";
import { differences } from "../lib/difference";
import { tileInMap } from "../lib/mosaic";
import type { ReadyPair } from "./comparison";
import { tilePixels } from "./tilePixels";

export interface PairDifference {
  /** Of each of B's slots the differences of its pixels. */
  tiles: Uint8Array[];
  height: number;
  width: number;
  /** In grey levels. */
  peak: number;
  mean: number;
}

/**
 * Null where the tiles of both epochs are not of one size.
 *
 * @param before the map's picture at A, and `after` at B
 * @param order which of A's slots lies on each of B's
 */
export function pairDifference({ a, b }: ReadyPair, before: ImageBitmap, after: ImageBitmap, order: readonly number[]): PairDifference | null {
  const [of, on] = [a.facts.tiles, b.facts.tiles];
  if (!of || !on || a.facts.k !== b.facts.k || String(of.tile) !== String(on.tile)) return null;
  const tiles = order.map((slot, place) => {
    const [from, to] = [tilePixels(before, tileInMap(slot, of)), tilePixels(after, tileInMap(place, on))];
    return from && to ? differences(from, to) : new Uint8Array();
  });
  let [peak, sum, count] = [0, 0, 0];
  for (const tile of tiles)
    for (const value of tile) {
      peak = Math.max(peak, value);
      sum += value;
      count++;
    }
  return { tiles, peak, mean: sum / Math.max(1, count), height: on.tile[0], width: on.tile[1] };
}

/** A slot's differences as a picture; blue is none, yellow the greatest of the map. */
export function differencePicture({ tiles, width, height, peak }: PairDifference, slot: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  tiles[slot]?.forEach((value, at) => {
    if (!context) return;
    context.fillStyle = cividis(peak > 0 ? value / peak : 0);
    context.fillRect(at % width, Math.floor(at / width), 1, 1);
  });
  return canvas;
}
