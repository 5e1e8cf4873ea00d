/** Figures of the Features view as it stands on the screen: the grid of maps, and the one that is enlarged. */

import { type Figure, type Frame, type Item, type Sheet, box } from "../export/figure";
import { cellAt, holding } from "../lib/cellLayout";
import { drawnSize } from "../lib/mosaic";
import { number } from "../lib/words";
import { windowOf } from "../data/top";
import { placesIn } from "./features";
import { layoutIn, shapeIn } from "./mapLayout";
import { type MapTiles, type Strongest, block, blockSize, sourceOf, stateIn, stateSuffix, strongestItems } from "./mapTiles";

const GAP = 2;
/** Side of a block of the enlarged map, of a tile of its strip, and between them, in CSS pixels. */
const LARGEST = 216;
const STRIP = 44;
const BETWEEN = 12;

function heading({ title, text }: Frame): Item {
  return { kind: "text", text: title, x: 0, y: text, size: text, bold: true };
}

/** @param room for how many maps the grid is laid out on the screen */
export function gridFigure(frame: Frame, tiles: MapTiles, maps: readonly number[], room: number): Figure {
  const { panel, probe, show } = tiles;
  const layout = holding(layoutIn(frame.width, shapeIn(panel, room, show, probe), 1), maps.length);
  const top = Math.round(1.8 * frame.text);
  const items = maps.flatMap((map, at): Item[] => {
    const [left, above] = cellAt(layout, at);
    const place = { left, top: top + above, size: [layout.tileHeight, layout.tileWidth] as const, gap: layout.gap };
    const second = show === "both" ? layout.mosaicWidth + layout.between : 0;
    const y = place.top + layout.mosaicHeight + frame.text + 1;
    const [row = -1] = placesIn(panel.facts, [map]);
    const state = stateIn(tiles, map) ?? "not drawn";
    const value = state === "alive" ? number(panel.numbers.at(row, 0).value) : state;
    const size = Math.round(0.9 * frame.text);
    return [
      ...(show === "patches" ? [] : block(tiles, map, "projections", place)),
      ...(show === "projections" ? [] : block(tiles, map, "patches", { ...place, left: left + second })),
      { kind: "text", text: String(map), x: left, y, size, bold: true },
      { kind: "text", text: value, x: left + layout.cellWidth, y, size, anchor: "end" },
    ];
  });
  // One cell may be wider than the column.
  return { ...frame, width: Math.max(frame.width, layout.width), height: top + layout.height, items: [heading(frame), ...items] };
}

/**
 * @param slot which activation the whole picture is of
 * @param strip the strongest projection at these steps
 */
export function enlargedFigure(
  frame: Frame, tiles: MapTiles, map: number, slot: number, steps: readonly number[], strip: readonly (Strongest | null)[],
): Figure {
  const { panel, across } = tiles;
  const side = Math.min(LARGEST, Math.floor((frame.width - 2 * BETWEEN) / 3));
  const size = drawnSize(tiles.tile, Math.floor((side - (across - 1) * GAP) / across));
  const [height, width] = blockSize(tiles, size, GAP);
  const line = Math.round(1.4 * frame.text);
  const top = 2 * line + 4;
  const label = (text: string, x: number, y: number): Item => ({ kind: "text", text, x, y, size: Math.round(0.9 * frame.text) });
  const place = { left: 0, top, size, gap: GAP };
  const suffix = stateSuffix(stateIn(tiles, map));
  const source = sourceItems(tiles, map, slot, 2 * (width + BETWEEN), top, side);
  const below = top + Math.max(height, source.height) + line + 4;
  const film = filmItems(frame, steps, strip, below + 6);
  return {
    ...frame, height: film.bottom,
    items: [
      heading(frame),
      ...(panel.facts.tiles ? [label(`projections${suffix}`, 0, top - 5), ...block(tiles, map, "projections", place)] : []),
      label(`${panel.facts.tiles ? "patches" : "pictures"}${suffix}`, width + BETWEEN, top - 5),
      ...block(tiles, map, "patches", { ...place, left: width + BETWEEN }),
      ...source.items,
      ...(strip.length > 0 ? [label("strongest projection at each epoch", 0, below)] : []),
      ...film.items,
    ],
  };
}

/** The picture of an activation, with the window that the unit sees. */
function sourceItems(tiles: MapTiles, map: number, slot: number, left: number, top: number, side: number): { items: Item[]; height: number } {
  const found = sourceOf(tiles, map, slot);
  const [row = -1] = placesIn(tiles.panel.facts, [map]);
  if (!found || row < 0) return { items: [], height: 0 };
  const { picture, size } = found;
  const [height, width] = drawnSize(size, side);
  const scale = height / size[0];
  const window_ = windowOf(tiles.panel.facts, tiles.panel.numbers.at(row, slot), size);
  const clip = (value: number, most: number) => Math.max(0, Math.min(most, value));
  const [x, y] = [clip(window_.left, size[1]), clip(window_.top, size[0])];
  const seen = {
    left: left + scale * x, top: top + scale * y,
    width: scale * (clip(window_.left + window_.width, size[1]) - x), height: scale * (clip(window_.top + window_.height, size[0]) - y),
  };
  const line = (colour: string, wide: number) => box(seen, { stroke: { colour, alpha: 1 }, width: wide });
  return {
    height,
    items: [
      { kind: "text", text: `source of number ${slot + 1}`, x: left, y: top - 5, size: 11 },
      { kind: "picture", picture, from: { left: 0, top: 0, width: picture.width, height: picture.height }, to: { left, top, width, height } },
      line("#ffffff", 3),
      line("#000000", 1),
    ],
  };
}

/** Tiles in reading order, the number of its epoch below each. */
function filmItems(sheet: Sheet, steps: readonly number[], strip: readonly (Strongest | null)[], top: number): { items: Item[]; bottom: number } {
  const pitch = STRIP + 5;
  const columns = Math.max(1, Math.floor((sheet.width + 5) / pitch));
  const tall = STRIP + Math.round(1.5 * sheet.text);
  const items = steps.flatMap((step, at): Item[] => {
    const [x, y] = [(at % columns) * pitch, top + Math.floor(at / columns) * tall];
    const one = strip[at];
    const [height, width] = drawnSize(one?.tile ?? [1, 1], STRIP);
    const to = { left: x + Math.round((STRIP - width) / 2), top: y + Math.round((STRIP - height) / 2), width, height };
    return [
      ...(one ? strongestItems(one, to) : []),
      { kind: "text", text: String(step), x: x + STRIP / 2, y: y + STRIP + sheet.text, size: Math.round(0.8 * sheet.text), anchor: "middle" },
    ];
  });
  return { items, bottom: strip.length > 0 ? top + Math.ceil(steps.length / columns) * tall : top };
}
