/** Where the projections of panel c and their patches stand. */

import { drawnSize } from "../lib/mosaic";

export type Box = [left: number, top: number, width: number, height: number];

/** The first slot large, its patch below the projection; the others at the right, one below the other. */
export function patchLayout(tile: readonly [number, number], k: number, side: number, gap: number, drawn: boolean) {
  const [tall, wide] = drawnSize(tile, Math.floor((side - gap) / 2));
  const height = drawn ? 2 * tall + gap : tall;
  const room = side - wide - 2 * gap;
  // As wide as fits the room, or as high as all of them fit below each other.
  const scale = Math.min((drawn ? (room - gap) / 2 : room) / tile[1], (height - (k - 2) * gap) / Math.max(1, k - 1) / tile[0]);
  const [low, narrow] = drawnSize(tile, Math.floor(scale * Math.max(...tile)));
  const below = k > 2 ? Math.floor((height - low) / (k - 2)) : 0;
  const left = wide + 2 * gap;
  const slots = Array.from({ length: k }, (_, slot): { projection: Box; patch: Box } =>
    slot === 0
      ? { projection: [0, 0, wide, tall], patch: [0, drawn ? tall + gap : 0, wide, tall] }
      : {
          projection: [left, (slot - 1) * below, narrow, low],
          patch: [left + (drawn ? narrow + gap : 0), (slot - 1) * below, narrow, low],
        },
  );
  return { slots, height, width: Math.max(wide, ...(k > 1 ? [left + narrow + (drawn ? gap + narrow : 0)] : [])) };
}
