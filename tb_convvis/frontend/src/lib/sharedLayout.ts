/** The grids of runs side by side, laid out together: a row has the same maps in all of them. */

import { type CellLayout, type CellShape, inStep, layoutCells } from "./cellLayout";

/** Longer side of a tile in CSS pixels: the limits, and what it had best be where that takes more height than there is. */
const SMALLEST = 8;
const GOOD = 28;
const LARGE = 38;
/** Up to here it grows where the height allows it. */
const LARGEST = 64;

/** What a grid has in device pixels; below its height it has to be scrolled. */
export interface GridRoom {
  width: number;
  height: number;
}

/**
 * Layouts with as many columns, and rows as far apart, for each of these shapes.
 *
 * @param shapes of the maps of each run: their tiles may differ in size
 */
export function layoutTogether(shapes: readonly CellShape[], room: GridRoom, dpr: number): CellLayout[] {
  const best = bestSide(shapes, room, dpr);
  const sides = Array.from({ length: Math.max(LARGE, best) - SMALLEST + 1 }, (_, at) => SMALLEST + at);
  const most = Math.max(1, ...shapes.map(({ maps }) => maps));
  let found = { layouts: shapes.map((shape) => layoutCells(shape, room.width, SMALLEST, dpr, 1)), worth: -Infinity };
  for (let columns = 1; columns <= most; columns++) {
    const layouts = shapes.flatMap((shape) => {
      const able = sides.map((side) => layoutCells(shape, room.width, side, dpr, columns));
      const fitting = able.filter((layout) => layout.columns === Math.min(columns, shape.maps) && layout.width <= room.width);
      const worths = fitting.map((layout) => worthOf(layout, room, best * dpr));
      return fitting[worths.indexOf(Math.max(...worths))] ?? [];
    });
    if (layouts.length < shapes.length) break;
    const worth = layouts.reduce((total, layout) => total + worthOf(layout, room, best * dpr), 0);
    if (worth > found.worth) found = { layouts, worth };
  }
  return inStep(found.layouts, room.width);
}

/** The largest side at which all maps are in sight, where that is larger than what will do. */
function bestSide(shapes: readonly CellShape[], room: GridRoom, dpr: number): number {
  for (let side = LARGEST; side > GOOD; side--) {
    const layouts = shapes.map((shape) => layoutCells(shape, room.width, side, dpr));
    if (layouts.every(({ width, height }) => width <= room.width && height <= room.height)) return side;
  }
  return GOOD;
}

/** How much of the line is filled; less for tiles that are larger, or much smaller, than they had best be. */
function worthOf(layout: CellLayout, room: GridRoom, best: number): number {
  const off = Math.log(Math.max(layout.tileHeight, layout.tileWidth) / best);
  return (layout.columns * layout.cellWidth) / room.width - (off > 0 ? 0.5 * off : -0.2 * off);
}
