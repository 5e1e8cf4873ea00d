/** Paints projections and patches of a run's record. */

import { seriesKey } from "../data/store";
import { type Entry, windowOf } from "../data/top";
import { type CellLayout, cellAt, slotAt } from "../lib/cellLayout";
import { type Mosaic, type Rect, patchOf, tileInMap, tileInOverview } from "../lib/mosaic";
import type { ShowMode } from "../settings";
import { store } from "../state";
import { FIRST_MAP, OVERVIEW, type FeatureReady, type Probe, mosaics, resting } from "./features";
import { pictureOf, pictureSize } from "./probePictures";

const MID_GREY = "#808080";

type Context = CanvasRenderingContext2D;

/** Whole multiples keep every pixel a square; else pixels of different sizes would look like a pattern. */
export function drawTile(context: Context, picture: ImageBitmap, source: Rect, left: number, top: number, width: number, height: number): void {
  context.imageSmoothingEnabled = width % source.width !== 0 || height % source.height !== 0;
  context.drawImage(picture, source.left, source.top, source.width, source.height, left, top, width, height);
}

/** A decoded picture of the record; undefined while it is not decoded, null where it cannot be. */
function recordPicture({ series, at }: FeatureReady, index: number, decode: boolean): ImageBitmap | null | undefined {
  const key = seriesKey(series, at, index);
  const found = mosaics.get(key);
  if (found !== undefined || !decode) return found;
  const blob = store.blob(series, at, index);
  if (blob?.error) return null;
  if (blob?.value) mosaics.want(key, blob.value);
  return undefined;
}

/** A map's own picture, decoded; see `recordPicture`. */
export function mapPicture(panel: FeatureReady, map: number, decode = true): ImageBitmap | null | undefined {
  return recordPicture(panel, FIRST_MAP + map, decode);
}

/** The tiles of a picture of a map. */
export function mosaicOf({ facts }: FeatureReady): Mosaic {
  return { tile: facts.tiles?.tile ?? [1, 1], across: acrossOf(facts.k, facts.tiles?.across) };
}

export function acrossOf(k: number, across: number | undefined): number {
  return across ?? Math.ceil(Math.sqrt(k));
}

/** Paints a slot's patch; true where it is painted, with nothing to wait for. */
export function paintPatch(
  context: Context, panel: FeatureReady, probe: Probe, entry: Entry, runs: number,
  [left, top, width, height]: [number, number, number, number],
): boolean {
  context.fillStyle = MID_GREY;
  context.fillRect(left, top, width, height);
  if (entry.image < 0 || !(entry.value > 0)) return true;
  const picture = pictureOf(probe, entry.image, runs);
  if (!picture) return picture === null;
  const size = pictureSize(probe, entry.image);
  const { tiles } = panel.facts;
  const extent: readonly [number, number] = tiles ? [tiles.tile[0] * tiles.block, tiles.tile[1] * tiles.block] : size;
  const { source, target } = patchOf(windowOf(panel.facts, entry, size), extent, size);
  if (!source) return true;
  // The decoded picture may be smaller than the logged one.
  const share = picture.width / size[1];
  const from = { left: source.left * share, top: source.top * share, width: source.width * share, height: source.height * share };
  const at = (share_: number, side: number) => Math.round(share_ * side);
  const [x, y] = [left + at(target.left, width), top + at(target.top, height)];
  drawTile(context, picture, from, x, y, at(target.left + target.width, width) - at(target.left, width), at(target.top + target.height, height) - at(target.top, height));
  return true;
}

export interface Painting {
  layout: CellLayout;
  panel: FeatureReady;
  probe: Probe | null;
  mode: ShowMode;
  /** How many runs share the room for pictures. */
  runs: number;
}

/**
 * Paints the maps of the page. Each map's own picture is drawn where it is decoded, else its part of the overview.
 *
 * @return how much of it is there: nothing painted as long as the projections are not decoded at all
 */
export function paintMaps(context: Context, painting: Painting): "nothing" | "overview" | "full" {
  const { layout, panel, probe, mode, runs } = painting;
  const { facts, numbers, page } = panel;
  const { tiles } = facts;
  const across = acrossOf(facts.k, tiles?.across);
  const projections = mode !== "patches" && tiles !== null;
  const overview = projections ? recordPicture(panel, OVERVIEW, true) : null;
  const own = page.map((map) => (projections ? mapPicture(panel, map, resting.peek()) : null));
  if (projections && overview === undefined && own.some((picture) => picture === undefined)) return "nothing";
  context.clearRect(0, 0, layout.width, layout.height);
  page.forEach((map, place) => {
    const [left, top] = cellAt(layout, place);
    for (let slot = 0; slot < facts.k; slot++) {
      const [x, y] = slotAt(layout, across, slot);
      const [width, height] = [layout.tileWidth, layout.tileHeight];
      if (mode !== "patches") {
        const picture = own[place] ?? overview;
        if (!picture || !tiles) {
          context.fillStyle = MID_GREY;
          context.fillRect(left + x, top + y, width, height);
        } else {
          const source = own[place]
            ? tileInMap(slot, tiles)
            : tileInOverview(map, slot, facts.k, { tile: tiles.overviewTile, across }, tiles.overviewAcross);
          drawTile(context, picture, source, left + x, top + y, width, height);
        }
      }
      if (mode !== "projections" && probe) {
        const right = mode === "both" ? layout.mosaicWidth + layout.between : 0;
        paintPatch(context, panel, probe, numbers.at(map, slot), runs, [left + right + x, top + y, width, height]);
      }
    }
  });
  return !projections || own.every((picture) => picture !== undefined) ? "full" : "overview";
}
