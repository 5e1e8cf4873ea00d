/** Figures for a paper, after Zeiler & Fergus (2013): their Fig. 2 (what excites maps) and Fig. 4 (how that evolves). */

import { type Figure, type Frame, type Item, box } from "../export/figure";
import { drawnSize } from "../lib/mosaic";
import { GREY, type MapTiles, type Strongest, block, blockSize, stateIn, stateSuffix, strongestItems } from "./mapTiles";

/** Maps side by side in a column of a paper up to this wide, in inches, and in a wider one. */
const NARROW = 4;
const SIDE_BY_SIDE = { narrow: 2, wide: 4 };
/** Longest side of a tile over the epochs, in inches. */
const LARGEST = 1.25;

function layerLabel({ text }: Frame, layer: string): Item {
  return { kind: "text", text: `Layer ${layer}`, x: 0, y: text, size: text, bold: true };
}

/** Of each map the block of its projections beside that of its patches. */
export function figureTwo(frame: Frame, layer: string, tiles: MapTiles, maps: readonly number[]): Figure {
  const { width: wide, dpi, text } = frame;
  const both = tiles.show === "both";
  const most = wide / dpi > NARROW ? SIDE_BY_SIDE.wide : SIDE_BY_SIDE.narrow;
  const columns = Math.max(1, Math.min(most, maps.length));
  const [gap, between, spacing] = [3, 9, text];
  const room = Math.floor((wide - (columns - 1) * spacing) / columns);
  const side = both ? Math.floor((room - between) / 2) : room;
  const size = drawnSize(tiles.tile, Math.floor((side - (tiles.across - 1) * gap) / tiles.across));
  const [height, width] = blockSize(tiles, size, gap);
  const cell = both ? 2 * width + between : width;
  // Whole multiples of a small tile leave some of the column over: it goes between the maps.
  const pitch = columns > 1 ? Math.floor((wide - cell) / (columns - 1)) : 0;
  const top = Math.round(1.6 * text);
  const tall = height + Math.round(1.6 * text);
  const items = maps.flatMap((map, at): Item[] => {
    const place = { left: (at % columns) * pitch, top: top + Math.floor(at / columns) * tall, size, gap };
    const label = Math.round(0.85 * text);
    return [
      ...(tiles.show === "patches" ? [] : block(tiles, map, "projections", place)),
      ...(tiles.show === "projections" ? [] : block(tiles, map, "patches", { ...place, left: place.left + (both ? width + between : 0) })),
      { kind: "text", text: `map ${map}${stateSuffix(stateIn(tiles, map))}`, x: place.left, y: place.top + height + label, size: label },
    ];
  });
  const rows = Math.ceil(maps.length / columns);
  return { ...frame, height: top + rows * tall, items: [layerLabel(frame, layer), ...items] };
}

/** A row for each map, a column for each epoch: the strongest projection. */
export function figureFour(
  frame: Frame, layer: string, maps: readonly number[], steps: readonly number[], strongest: readonly (readonly (Strongest | null)[])[],
): Figure {
  const { width: wide, dpi, text } = frame;
  const label = Math.round(0.85 * text);
  const gap = 6;
  const margin = Math.round(label * (1 + 0.6 * Math.max(...maps.map((map) => `map ${map}`.length))));
  const room = Math.floor((wide - margin + gap) / Math.max(1, steps.length)) - gap;
  const tile = strongest.flat().find(Boolean)?.tile ?? [1, 1];
  const [height, width] = drawnSize(tile, Math.max(1, Math.min(room, Math.round(LARGEST * dpi))));
  const spare = (wide - margin - width) / Math.max(1, steps.length - 1);
  const pitch = Math.floor(Math.min(spare, width + text));
  const top = 2 * Math.round(1.5 * text);
  const epochs = steps.map((step, column): Item => ({
    kind: "text", text: column === 0 ? `epoch ${step}` : String(step), x: margin + column * pitch + width / 2, y: top - Math.round(0.4 * text), size: label, anchor: "middle",
  }));
  const rows = maps.flatMap((map, row): Item[] => {
    const above = top + row * (height + gap);
    const name: Item = { kind: "text", text: `map ${map}`, x: 0, y: above + Math.round(height / 2 + 0.35 * label), size: label };
    return [
      name,
      ...steps.flatMap((_, column): Item[] => {
        const one = strongest[column]?.[row];
        const to = { left: margin + column * pitch, top: above, width, height };
        return one ? strongestItems(one, to) : [box(to, { stroke: GREY })];
      }),
    ];
  });
  const bottom = top + maps.length * (height + gap);
  return { ...frame, height: bottom, items: [layerLabel(frame, layer), ...epochs, ...rows] };
}
