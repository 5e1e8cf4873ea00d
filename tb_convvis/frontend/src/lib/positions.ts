/** Where an occluder stands in a picture, and which of its positions a pixel shows the value of. */

type Size = readonly [height: number, width: number];

/** A grid of positions: top edges of its rows, left edges of its columns, in pixels of the picture. */
export interface Positions {
  rows: number[];
  cols: number[];
  /** [height, width] of the occluder. */
  size: Size;
}

/** [height, width] of the picture: the last row and column are flush with its edges. */
export function frameOf({ rows, cols, size }: Positions): Size {
  return [(rows[rows.length - 1] ?? 0) + size[0], (cols[cols.length - 1] ?? 0) + size[1]];
}

/** Position whose centre lies closest to a place along one axis; the earlier of two equals. */
export function nearestPosition(edges: readonly number[], side: number, place: number): number {
  let best = 0;
  edges.forEach((edge, at) => {
    if (Math.abs(edge + side / 2 - place) < Math.abs((edges[best] ?? 0) + side / 2 - place)) best = at;
  });
  return best;
}

/** For each pixel along an axis, the positions from `from` up to but not `to`; none where both are equal. */
export interface Spans {
  from: Int32Array;
  to: Int32Array;
}

/**
 * Which positions each drawn pixel shows along one axis.
 *
 * At the centre: the one position whose centre is the nearest, as far as half the way to the next centre; the
 * margin beyond the outermost centres shows none. Averaged: all positions whose occluder covers the pixel.
 *
 * @param length of the picture along the axis
 * @param pixels so many pixels the picture is drawn with
 */
export function spansOf(edges: readonly number[], side: number, length: number, pixels: number, averaged: boolean): Spans {
  const from = new Int32Array(pixels);
  const to = new Int32Array(pixels);
  const last = edges.length - 1;
  const gap = (at: number) => (edges[at + 1] ?? 0) - (edges[at] ?? 0);
  const bounds = last === 0 ? [0, side] : [side / 2 - gap(0) / 2, side / 2 + gap(last - 1) / 2];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const place = ((pixel + 0.5) * length) / pixels;
    if (averaged) {
      const first = edges.findIndex((edge) => place < edge + side);
      const end = edges.findIndex((edge) => place < edge);
      from[pixel] = first;
      to[pixel] = end < 0 ? edges.length : end;
    } else if (place >= (edges[0] ?? 0) + (bounds[0] ?? 0) && place < (edges[last] ?? 0) + (bounds[1] ?? 0)) {
      from[pixel] = nearestPosition(edges, side, place);
      to[pixel] = (from[pixel] ?? 0) + 1;
    }
  }
  return { from, to };
}
