/** How the tiles of a layer are laid out on a canvas: whole pixels only, so that every weight is a square. */

export interface Tile {
  height: number;
  width: number;
  filters: number;
  perFilter: number;
}

export interface GridLayout {
  /** Device pixels of one weight. */
  scale: number;
  columns: number;
  rows: number;
  /** Tiles of one filter stand side by side in a block of so many columns and rows. */
  blockColumns: number;
  blockRows: number;
  /** Device pixels: of a block, between blocks, between the tiles of a block, of the whole. */
  blockWidth: number;
  blockHeight: number;
  gap: number;
  innerGap: number;
  width: number;
  height: number;
}

/** Few channels stand in a row, as red, green and blue do; many in a square. */
function blockShape(perFilter: number): [columns: number, rows: number] {
  const columns = perFilter <= 4 ? perFilter : Math.ceil(Math.sqrt(perFilter));
  return [columns, Math.ceil(perFilter / columns)];
}

/**
 * The largest whole-number scale at which all filters fit the room; where none fits, a scale of one
 * that fills the width.
 *
 * @param room width and height in device pixels
 * @param largest limit on a tile's longer side, in device pixels
 */
export function layoutGrid(tile: Tile, room: { width: number; height: number }, largest: number, dpr: number): GridLayout {
  const [blockColumns, blockRows] = blockShape(tile.perFilter);
  const gap = Math.max(1, Math.round(3 * dpr));
  const innerGap = tile.perFilter > 1 ? Math.max(1, Math.round(dpr)) : 0;
  const at = (columns: number, scale: number): GridLayout => {
    const blockWidth = blockColumns * tile.width * scale + (blockColumns - 1) * innerGap;
    const blockHeight = blockRows * tile.height * scale + (blockRows - 1) * innerGap;
    const rows = Math.ceil(tile.filters / columns);
    return {
      scale, columns, rows, blockColumns, blockRows, blockWidth, blockHeight, gap, innerGap,
      width: columns * (blockWidth + gap) - gap,
      height: rows * (blockHeight + gap) - gap,
    };
  };
  const widest = (scale: number) =>
    Math.max(1, Math.min(tile.filters, Math.floor((room.width + gap) / (at(1, scale).blockWidth + gap))));
  const most = Math.max(1, Math.floor(largest / Math.max(tile.width, tile.height)));
  const fits = (grid: GridLayout) => grid.width <= room.width && grid.height <= room.height;
  let largestFit: GridLayout | null = null;
  for (let scale = most; scale > 1; scale--) {
    if (largestFit && scale < 0.8 * largestFit.scale) break;
    const full = at(widest(scale), scale);
    if (!fits(full)) continue;
    largestFit ??= full;
    // A last row that is full is worth a slightly smaller scale.
    for (let columns = full.columns; columns > full.columns / 2; columns--)
      if (tile.filters % columns === 0 && fits(at(columns, scale))) return at(columns, scale);
  }
  return largestFit ?? at(widest(1), 1);
}

/** Top left corner of a filter's block. */
export function blockAt(layout: GridLayout, filter: number): [left: number, top: number] {
  return [
    (filter % layout.columns) * (layout.blockWidth + layout.gap),
    Math.floor(filter / layout.columns) * (layout.blockHeight + layout.gap),
  ];
}

/** Paints tiles, enlarged without any smoothing, into a picture of the layout's size. */
export function paintGrid(layout: GridLayout, tiles: { pixels: Uint32Array } & Tile, out: Uint32Array): void {
  const { scale } = layout;
  const area = tiles.width * tiles.height;
  for (let filter = 0; filter < tiles.filters; filter++) {
    const [left, top] = blockAt(layout, filter);
    for (let tile = 0; tile < tiles.perFilter; tile++) {
      const x0 = left + (tile % layout.blockColumns) * (tiles.width * scale + layout.innerGap);
      const y0 = top + Math.floor(tile / layout.blockColumns) * (tiles.height * scale + layout.innerGap);
      const source = (filter * tiles.perFilter + tile) * area;
      for (let row = 0; row < tiles.height; row++) {
        const line = (y0 + row * scale) * layout.width + x0;
        for (let column = 0; column < tiles.width; column++)
          out.fill(tiles.pixels[source + row * tiles.width + column] as number, line + column * scale, line + (column + 1) * scale);
        for (let copy = 1; copy < scale; copy++)
          out.copyWithin(line + copy * layout.width, line, line + tiles.width * scale);
      }
    }
  }
}
