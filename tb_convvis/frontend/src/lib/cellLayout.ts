/** How the maps of a layer are laid out: per map one or two mosaics of tiles, and a line of words below. */

import { drawnSize } from "./mosaic";

export interface CellLayout {
  columns: number;
  rows: number;
  /** Device pixels: a tile, between tiles, a mosaic, between the two mosaics, a cell, between cells, the whole. */
  tileHeight: number;
  tileWidth: number;
  gap: number;
  mosaicHeight: number;
  mosaicWidth: number;
  between: number;
  cellHeight: number;
  cellWidth: number;
  spacing: number;
  /** From the top of a row to that of the next. */
  pitch: number;
  width: number;
  height: number;
}

export interface CellShape {
  tile: readonly [height: number, width: number];
  /** Tiles of a map, and how many of them stand side by side. */
  k: number;
  across: number;
  /** 2 where patches stand beside the projections. */
  mosaics: 1 | 2;
  maps: number;
}

/** Words below a map, in CSS pixels. */
const WORDS = 19;
const SPACING = 10;

/**
 * @param wanted longer side of a tile, in CSS pixels
 * @param most how many columns there may be, where there is room for more
 */
export function layoutCells(shape: CellShape, room: number, wanted: number, dpr: number, most = Infinity): CellLayout {
  const [tileHeight, tileWidth] = drawnSize(shape.tile, Math.round(wanted * dpr));
  const gap = Math.max(1, Math.round(dpr));
  const between = shape.mosaics === 2 ? Math.round(3 * dpr) : 0;
  const mosaicWidth = shape.across * (tileWidth + gap) - gap;
  const mosaicHeight = Math.ceil(shape.k / shape.across) * (tileHeight + gap) - gap;
  const cellWidth = shape.mosaics * mosaicWidth + between;
  const cellHeight = mosaicHeight + Math.round(WORDS * dpr);
  const least = Math.round(SPACING * dpr);
  const columns = Math.max(1, Math.min(most, shape.maps, Math.floor((room + least) / (cellWidth + least))));
  const rows = Math.ceil(shape.maps / columns);
  // What is left of the line goes between the cells, up to a limit: then both edges of the column are met.
  const left = columns > 1 ? Math.floor((room - columns * cellWidth) / (columns - 1)) : least;
  const spacing = rows > 1 ? Math.max(least, Math.min(left, 3 * least)) : least;
  const pitch = cellHeight + least;
  return {
    columns, rows, tileHeight, tileWidth, gap, mosaicHeight, mosaicWidth, between, cellHeight, cellWidth, spacing, pitch,
    width: columns * (cellWidth + spacing) - spacing,
    height: heightOf({ rows, pitch, cellHeight }),
  };
}

function heightOf({ rows, pitch, cellHeight }: Pick<CellLayout, "rows" | "pitch" | "cellHeight">): number {
  return rows > 0 ? (rows - 1) * pitch + cellHeight : 0;
}

/** The same cells, for so many maps. */
export function holding(layout: CellLayout, maps: number): CellLayout {
  const rows = Math.ceil(maps / layout.columns);
  return { ...layout, rows, height: heightOf({ ...layout, rows }) };
}

/** The same cells, rows and columns as far apart as the largest of these need them. */
export function inStep(layouts: readonly CellLayout[], room: number): CellLayout[] {
  const pitch = Math.max(...layouts.map((one) => one.pitch));
  const [widest, gaps] = [Math.max(...layouts.map(({ cellWidth }) => cellWidth)), Math.max(...layouts.map(({ columns }) => columns)) - 1];
  const wanted = Math.max(...layouts.map(({ cellWidth, spacing }) => cellWidth + spacing));
  const across = gaps > 0 ? Math.max(widest, Math.min(wanted, Math.floor((room - widest) / gaps))) : wanted;
  return layouts.map((one) => ({
    ...one, pitch,
    spacing: across - one.cellWidth,
    width: (one.columns - 1) * across + one.cellWidth,
    height: heightOf({ ...one, pitch }),
  }));
}

export function cellAt(layout: CellLayout, map: number): [left: number, top: number] {
  return [(map % layout.columns) * (layout.cellWidth + layout.spacing), Math.floor(map / layout.columns) * layout.pitch];
}

/** Top left corner of a slot's tile in a mosaic, from that of the mosaic. */
export function slotAt(layout: CellLayout, across: number, slot: number): [left: number, top: number] {
  return [
    (slot % across) * (layout.tileWidth + layout.gap),
    Math.floor(slot / across) * (layout.tileHeight + layout.gap),
  ];
}
