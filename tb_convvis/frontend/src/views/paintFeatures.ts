/** Paints projections and patches of a run's record. */

import { seriesKey } from "../data/store";
import { type Entry, type Windowed, windowOf } from "../data/top";
import { type CellLayout, cellAt, slotAt } from "../lib/cellLayout";
import { type Mosaic, type Rect, patchOf, tileInMap, tileInOverview } from "../lib/mosaic";
import type { ShowMode } from "../settings";
import { FIRST_MAP, OVERVIEW, type FeatureReady, mosaics, resting } from "./features";
import type { Probe } from "./probe";
import { pictureName, pictureOf, pictureSize } from "./probePictures";
import { recordPicture } from "./recordPicture";

export const MID_GREY = "#808080";

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;
type Box = [left: number, top: number, width: number, height: number];

/** Whole multiples keep every pixel a square; else pixels of different sizes would look like a pattern. */
export function drawTile(context: Context, picture: ImageBitmap | OffscreenCanvas, source: Rect, left: number, top: number, width: number, height: number): void {
  context.imageSmoothingEnabled = width % source.width !== 0 || height % source.height !== 0;
  context.drawImage(picture, source.left, source.top, source.width, source.height, left, top, width, height);
}

/** A map's own picture, decoded; see `recordPicture`. */
export function mapPicture(panel: FeatureReady, map: number, decode = true): ImageBitmap | null | undefined {
  return recordPicture(mosaics, panel, FIRST_MAP + map, decode);
}

/** The overview, decoded; see `recordPicture`. */
export function overviewPicture(panel: FeatureReady): ImageBitmap | null | undefined {
  return recordPicture(mosaics, panel, OVERVIEW);
}

/** The tiles of a picture of a map. */
export function mosaicOf({ facts }: Pick<FeatureReady, "facts">): Mosaic {
  return { tile: facts.tiles?.tile ?? [1, 1], across: acrossOf(facts.k, facts.tiles?.across) };
}

export function acrossOf(k: number, across: number | undefined): number {
  return across ?? Math.ceil(Math.sqrt(k));
}

/** The part of its picture that a slot shows, and where in the tile it stands. */
export function placePatch(
  { facts }: { facts: Windowed }, probe: Probe, entry: Entry, [left, top, width, height]: Box,
): { source: Rect | null; target: Rect } {
  const size = pictureSize(probe, entry.image);
  const { tiles } = facts;
  const extent: readonly [number, number] = tiles ? [tiles.tile[0] * tiles.block, tiles.tile[1] * tiles.block] : size;
  const { source, target } = patchOf(windowOf(facts, entry, size), extent, size);
  const at = (share: number, side: number) => Math.round(share * side);
  const [x, y] = [at(target.left, width), at(target.top, height)];
  return {
    source,
    target: { left: left + x, top: top + y, width: at(target.left + target.width, width) - x, height: at(target.top + target.height, height) - y },
  };
}

/** Paints a slot's patch, grey where it lies outside the picture. False, and all grey, while that is not decoded. */
export function paintPatch(
  context: Context, panel: { facts: Windowed }, probe: Probe, entry: Entry, runs: number, box: Box,
): boolean {
  const grey = () => {
    context.fillStyle = MID_GREY;
    context.fillRect(...box);
  };
  const picture = entry.image >= 0 && entry.value > 0 ? pictureOf(probe, entry.image, runs) : null;
  if (!picture) {
    grey();
    return picture === null;
  }
  const { source, target } = placePatch(panel, probe, entry, box);
  if (!source || target.width < box[2] || target.height < box[3]) grey();
  if (!source) return true;
  // The decoded picture may be smaller than the logged one.
  const share = picture.width / pictureSize(probe, entry.image)[1];
  const from = { left: source.left * share, top: source.top * share, width: source.width * share, height: source.height * share };
  drawTile(context, picture, from, target.left, target.top, target.width, target.height);
  return true;
}

export interface Painting {
  layout: CellLayout;
  panel: FeatureReady;
  probe: Probe | null;
  /** Positions of the maps of the grid among the drawn ones; -1 where this run has not drawn one. */
  places: readonly number[];
  mode: ShowMode;
  /** How many runs share the room for pictures. */
  runs: number;
}

/** What the projections of the page are drawn from: each map's own picture where it is decoded, else the overview. */
export interface Sources {
  overview: ImageBitmap | null;
  own: (ImageBitmap | null | undefined)[];
  full: boolean;
}

/** The decoded pictures of a record; null as long as there are none to paint from. */
export function sourcesOf({ panel, places, mode }: Painting): Sources | null {
  if (mode === "patches" || !panel.facts.tiles) return { overview: null, own: [], full: true };
  const overview = overviewPicture(panel);
  const own = places.map((map) => (map < 0 ? null : mapPicture(panel, map, resting.peek())));
  const full = own.every((picture) => picture !== undefined);
  return overview === undefined && !full ? null : { overview: overview ?? null, own, full };
}

/** Which cells of the grid stand in a row of the layout. */
function cellsOf({ columns }: CellLayout, places: readonly number[], row: number): number[] {
  return places.slice(row * columns, (row + 1) * columns).map((_, column) => row * columns + column);
}

/** Names what a row is painted from: as long as it stays the same, the row need not be painted again. */
export function rowState({ layout, panel, probe, places, mode }: Painting, sources: Sources, row: number): string {
  const { series, at } = panel;
  const drawn = cellsOf(layout, places, row).map((cell) => `${places[cell]}${sources.own[cell] ? "" : "?"}`);
  return `${seriesKey(series, at, 0)} ${probe ? 1 : 0}${mode} ${drawn.join()}`;
}

/** Which patch stands in each place of a canvas: most stay where they are from one epoch to the next. */
export type Patches = Map<number, string>;

/** Paints one row of maps; false where patches are missing that are not decoded yet. */
export function paintRow(context: Context, painting: Painting, { overview, own }: Sources, row: number, painted: Patches): boolean {
  const { layout, panel, probe, places, mode, runs } = painting;
  const { facts, numbers } = panel;
  const { tiles } = facts;
  const across = acrossOf(facts.k, tiles?.across);
  const [width, height] = [layout.tileWidth, layout.tileHeight];
  let complete = true;
  for (const cell of cellsOf(layout, places, row)) {
    const map = places[cell] ?? -1;
    const [left, top] = cellAt(layout, cell);
    const picture = own[cell] ?? overview;
    if (map < 0) {
      context.clearRect(left, top, layout.cellWidth, layout.mosaicHeight);
      for (let slot = 0; slot < facts.k; slot++) painted.delete(cell * facts.k + slot);
      continue;
    }
    for (let slot = 0; slot < facts.k; slot++) {
      const [x, y] = slotAt(layout, across, slot);
      if (mode !== "patches") {
        if (!picture || !tiles) {
          context.fillStyle = MID_GREY;
          context.fillRect(left + x, top + y, width, height);
        } else {
          const source = own[cell]
            ? tileInMap(slot, tiles)
            : tileInOverview(map, slot, facts.k, { tile: tiles.overviewTile, across }, tiles.overviewAcross);
          drawTile(context, picture, source, left + x, top + y, width, height);
        }
      }
      if (mode !== "projections" && probe) {
        const right = mode === "both" ? layout.mosaicWidth + layout.between : 0;
        const entry = numbers.at(map, slot);
        const name = patchName(panel, probe, entry);
        const spot = cell * facts.k + slot;
        if (painted.get(spot) === name) continue;
        const done = paintPatch(context, panel, probe, entry, runs, [left + right + x, top + y, width, height]);
        if (done) painted.set(spot, name);
        else painted.delete(spot);
        complete = done && complete;
      }
    }
  }
  return complete;
}

/** Names what a patch is cut from, and where. */
function patchName({ facts }: FeatureReady, probe: Probe, { image, value, top, left }: Entry): string {
  return `${image >= 0 && value > 0 ? pictureName(probe, image) : ""} ${top} ${left} ${String(facts.tiles?.window)} ${String(facts.tiles?.tile)}`;
}
