/** Where the tiles of features lie in the logged pictures, and where a patch lies in its source picture. */

export interface Rect {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Tiles [height, width] side by side, row by row, so many across. */
export interface Mosaic {
  tile: readonly [height: number, width: number];
  across: number;
}

function placed(at: number, across: number, height: number, width: number): Rect {
  return { left: (at % across) * width, top: Math.floor(at / across) * height, width, height };
}

/** A slot's tile in the picture of a map. */
export function tileInMap(slot: number, { tile, across }: Mosaic): Rect {
  return placed(slot, across, tile[0], tile[1]);
}

/** A slot's tile in the overview, in which each map is a mosaic of `k` tiles and the maps are a mosaic again. */
export function tileInOverview(row: number, slot: number, k: number, tiles: Mosaic, mapsAcross: number): Rect {
  const [height, width] = tiles.tile;
  const map = placed(row, mapsAcross, Math.ceil(k / tiles.across) * height, tiles.across * width);
  const tile = placed(slot, tiles.across, height, width);
  return { ...tile, left: map.left + tile.left, top: map.top + tile.top };
}

export interface Patch {
  /** In the picture; null where nothing of the window lies in it. */
  source: Rect | null;
  /** Where that belongs in a tile, as shares of its sides. */
  target: Rect;
}

/**
 * The part of a picture that a window covers, and where in the tile it stands so that it lies on the projection.
 *
 * @param window the window in pixels of the picture; it may reach over the picture's edges
 * @param extent [height, width] in pixels that the tile stands for: the window, or more where blocks reach over it
 * @param picture [height, width] of the picture
 */
export function patchOf(window: Rect, extent: readonly [number, number], picture: readonly [number, number]): Patch {
  const left = Math.max(0, window.left);
  const top = Math.max(0, window.top);
  const width = Math.min(picture[1], window.left + window.width) - left;
  const height = Math.min(picture[0], window.top + window.height) - top;
  const target = {
    left: (left - window.left) / extent[1],
    top: (top - window.top) / extent[0],
    width: Math.max(0, width) / extent[1],
    height: Math.max(0, height) / extent[0],
  };
  return { source: width > 0 && height > 0 ? { left, top, width, height } : null, target };
}

/** Up to this side a tile is logged lossless, and drawn so that each of its pixels is a square. */
const EXACT = 20;

/** Sides of a tile in device pixels: a small one is enlarged by a whole number, another fills what is wanted. */
export function drawnSize([height, width]: readonly [number, number], wanted: number): [height: number, width: number] {
  const longest = Math.max(1, height, width);
  const scale = longest <= EXACT && longest <= wanted ? Math.floor(wanted / longest) : wanted / longest;
  return [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
}
