/**
 * The tiles of maps for figures. The pictures are decoded anew: those that the page draws may be smaller than they
 * were logged, and are let go while others are drawn.
 */

import { decode } from "../data/bitmaps";
import type { Series } from "../data/index";
import { type Item, box } from "../export/figure";
import { type Mosaic, type Rect, tileInMap } from "../lib/mosaic";
import type { ShowMode } from "../settings";
import { store } from "../state";
import { FIRST_MAP, type FeatureReady, placesIn, topFactsAt } from "./features";
import { MID_GREY, acrossOf, mosaicOf, placePatch } from "./paintFeatures";
import type { Probe } from "./probe";
import { imagesOf, pictureBytes, pictureSize, pictureWants } from "./probePictures";

export const GREY = { colour: MID_GREY, alpha: 1 };

/** Maps of one record with all that is drawn of them. */
export interface MapTiles {
  panel: FeatureReady;
  probe: Probe | null;
  /** What there is to draw of the tiles that are wanted. */
  show: ShowMode;
  /** [height, width] of a tile as it was logged, and how many stand side by side. */
  tile: readonly [number, number];
  across: number;
  /** By the position of the map in the record, and by the number of the probe picture. */
  projections: ReadonlyMap<number, ImageBitmap>;
  pictures: ReadonlyMap<number, ImageBitmap>;
}

/** Decodes pictures; what is not here or damaged is left out. */
export async function decoded(all: Iterable<readonly [number, Uint8Array<ArrayBuffer> | null | undefined]>): Promise<Map<number, ImageBitmap>> {
  const ready = new Map<number, ImageBitmap>();
  const each = async ([name, bytes]: readonly [number, Uint8Array<ArrayBuffer> | null | undefined]) => {
    const picture = bytes ? await decode(bytes).catch(() => null) : null;
    if (picture) ready.set(name, picture);
  };
  await Promise.all([...all].map(each));
  return ready;
}

export async function readTiles(panel: FeatureReady, probe: Probe | null, maps: readonly number[], wanted: ShowMode): Promise<MapTiles> {
  const { series, at, facts } = panel;
  const show = facts.tiles ? (probe ? wanted : "projections") : "patches";
  const places = placesIn(facts, maps).filter((place) => place >= 0);
  const images = show === "projections" || !probe ? [] : [...imagesOf(panel, places)];
  const indices = show === "patches" ? [] : places.map((place) => FIRST_MAP + place);
  await store.ensure([
    ...(indices.length > 0 ? [{ series, positions: [at], indices, bytesPerStep: 2 ** 15 * indices.length }] : []),
    ...(probe && images.length > 0 ? pictureWants([{ probe, images }]) : []),
  ]);
  const [projections, pictures] = await Promise.all([
    decoded(indices.map((index) => [index - FIRST_MAP, store.blob(series, at, index)?.value])),
    decoded(images.map((image) => [image, probe && pictureBytes(probe, image)])),
  ]);
  if (projections.size < indices.length || pictures.size < images.length) throw new Error("Some of its pictures are not here, or damaged.");
  const tile = facts.tiles?.tile ?? probe?.facts.size ?? [1, 1];
  return { panel, probe, show, tile, across: acrossOf(facts.k, facts.tiles?.across), projections, pictures };
}

export interface BlockPlace {
  left: number;
  top: number;
  /** [height, width] of a tile in the figure, and dots between two of them. */
  size: readonly [number, number];
  gap: number;
}

/** A map's projections, or its patches, as a block of tiles. */
export function block(tiles: MapTiles, map: number, what: "projections" | "patches", { left, top, size, gap }: BlockPlace): Item[] {
  const { panel, probe, across } = tiles;
  const [place = -1] = placesIn(panel.facts, [map]);
  if (place < 0) return [];
  return Array.from({ length: panel.facts.k }, (_, slot): Item[] => {
    const at = {
      left: left + (slot % across) * (size[1] + gap),
      top: top + Math.floor(slot / across) * (size[0] + gap),
      width: size[1],
      height: size[0],
    };
    if (what === "projections") {
      const picture = tiles.projections.get(place);
      return picture ? [{ kind: "picture", picture, from: tileInMap(slot, mosaicOf(panel)), to: at }] : [];
    }
    const entry = panel.numbers.at(place, slot);
    const picture = entry.value > 0 ? tiles.pictures.get(entry.image) : undefined;
    const patch = picture && probe ? placePatch(panel, probe, entry, [at.left, at.top, at.width, at.height]) : null;
    const whole = patch?.source && patch.target.width === at.width && patch.target.height === at.height;
    return [
      // Grey is what lies outside the picture.
      ...(whole ? [] : [box(at, { fill: GREY })]),
      ...(picture && patch?.source ? [{ kind: "picture", picture, from: patch.source, to: patch.target } as const] : []),
    ];
  }).flat();
}

/** Sides of a block, from those of its tiles. */
export function blockSize({ panel, across }: MapTiles, [height, width]: readonly [number, number], gap: number): [height: number, width: number] {
  return [Math.ceil(panel.facts.k / across) * (height + gap) - gap, across * (width + gap) - gap];
}

/** The whole picture that an activation of a map is in, and its sides. */
export function sourceOf({ panel, probe, pictures }: MapTiles, map: number, slot: number): { picture: ImageBitmap; size: readonly [number, number] } | null {
  const [place = -1] = placesIn(panel.facts, [map]);
  const image = place < 0 ? -1 : panel.numbers.at(place, slot).image;
  const picture = pictures.get(image);
  return picture && probe ? { picture, size: pictureSize(probe, image) } : null;
}

export interface Strongest {
  picture: ImageBitmap;
  from: Rect;
  tile: Mosaic["tile"];
}

/** The strongest projection of each of these maps at each of these steps; null where there is none. */
export async function readStrongest(series: Series, steps: readonly number[], maps: readonly number[]): Promise<(Strongest | null)[][]> {
  const positions = steps.map((step) => series.steps.indexOf(step));
  await store.ensure([{ series, positions, indices: [0], bytesPerStep: 65_536 }]);
  const columns = positions.map((at) => {
    const facts = topFactsAt(series, at);
    return { at, facts, indices: facts?.tiles ? placesIn(facts, maps).map((place) => (place < 0 ? 0 : FIRST_MAP + place)) : [] };
  });
  const wants = columns.map(({ at, indices }) => ({ series, positions: [at], indices: indices.filter(Boolean), bytesPerStep: 2 ** 18 }));
  await store.ensure(wants.filter(({ indices }) => indices.length > 0));
  return Promise.all(
    columns.map(async ({ at, facts, indices }) => {
      const ready = await decoded(indices.map((index) => [index, index ? store.blob(series, at, index)?.value : null]));
      return maps.map((_, row) => {
        const picture = ready.get(indices[row] ?? 0);
        if (!picture || !facts) return null;
        const mosaic = mosaicOf({ facts });
        return { picture, from: tileInMap(0, mosaic), tile: mosaic.tile };
      });
    }),
  );
}
