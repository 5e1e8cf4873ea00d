/**
 * The tiles of maps for figures. The pictures are decoded anew: those that the page draws may be smaller than they
 * were logged, and are let go while others are drawn.
 */

import { decode } from "../data/bitmaps";
import type { Series } from "../data/index";
import type { MapState } from "../data/top";
import { type Facts, type Item, box, hatched } from "../export/figure";
import { type Mosaic, type Rect, tileInMap } from "../lib/mosaic";
import type { ShowMode } from "../settings";
import { store } from "../state";
import { FIRST_MAP, type FeatureReady, NUMBERS, placesIn, topRecordAt } from "./features";
import { MID_GREY, acrossOf, mosaicOf, placePatch } from "./paintFeatures";
import type { Probe } from "./probe";
import { imagesOf, pictureBytes, pictureSize, pictureWants } from "./probePictures";

/** Lines that are seen on paper and are not the grey of what nothing influences. */
const HATCH = "#5a5a5a";

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
  await store.need([
    ...(indices.length > 0 ? [{ series, positions: [at], indices, bytesPerStep: 2 ** 15 * indices.length }] : []),
    ...(probe && images.length > 0 ? pictureWants([{ probe, images }], true) : []),
  ]);
  const [projections, pictures] = await Promise.all([
    decoded(indices.map((index) => [index - FIRST_MAP, store.blob(series, at, index)?.value])),
    decoded(images.map((image) => [image, probe && pictureBytes(probe, image)])),
  ]);
  if (projections.size < indices.length || pictures.size < images.length) throw new Error("Some of its pictures are damaged.");
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

/** What excites a map of a record; null where it was not drawn. */
export function stateIn({ panel }: MapTiles, map: number): MapState | null {
  const [place = -1] = placesIn(panel.facts, [map]);
  return place < 0 ? null : panel.numbers.state(place);
}

/** ", dead" */
export function stateSuffix(state: MapState | null): string {
  return state === null || state === "alive" ? "" : `, ${state}`;
}

/** What stands in the place of tiles without a picture. */
export function hatch(rect: Rect, state: MapState): Item[] {
  return hatched(rect, HATCH, state === "not finite");
}

/** What hatching means, where there is some. */
export function hatchFacts(states: readonly (MapState | null)[]): Facts {
  return [
    ...(states.includes("dead") ? [["hatched", "dead: no picture excites the map"] as const] : []),
    ...(states.includes("not finite") ? [["crossed", "not finite: none of the map's activations is a finite number"] as const] : []),
  ];
}

/** A map's projections, or its patches, as a block of tiles; hatched where no picture excites it. */
export function block(tiles: MapTiles, map: number, what: "projections" | "patches", { left, top, size, gap }: BlockPlace): Item[] {
  const { panel, probe, across } = tiles;
  const [place = -1] = placesIn(panel.facts, [map]);
  if (place < 0) return [];
  const state = panel.numbers.state(place);
  if (state !== "alive") {
    const [height, width] = blockSize(tiles, size, gap);
    return hatch({ left, top, width, height }, state);
  }
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
  state: MapState;
  picture: ImageBitmap;
  from: Rect;
  tile: Mosaic["tile"];
}

/** A strongest projection in its place; hatched where no picture excites the map. */
export function strongestItems({ state, picture, from }: Strongest, to: Rect): Item[] {
  return state === "alive" ? [{ kind: "picture", picture, from, to }] : hatch(to, state);
}

export interface Evolution {
  /** By step, and by map; null where there is none. */
  strongest: (Strongest | null)[][];
  /** Steps whose record, or one of its pictures, is damaged. */
  damaged: number[];
}

/** The strongest projection of each of these maps at each of these steps. */
export async function readStrongest(series: Series, steps: readonly number[], maps: readonly number[]): Promise<Evolution> {
  const positions = steps.map((step) => series.steps.indexOf(step));
  await store.need([{ series, positions, indices: [0, NUMBERS], bytesPerStep: 65_536 }]);
  const records = positions.map((at) => {
    const record = topRecordAt(series, at);
    const places = record?.facts.tiles ? placesIn(record.facts, maps) : [];
    return { at, record, places, indices: places.filter((place) => place >= 0).map((place) => FIRST_MAP + place) };
  });
  const wants = records.map(({ at, indices }) => ({ series, positions: [at], indices, bytesPerStep: 2 ** 18 }));
  await store.need(wants.filter(({ indices }) => indices.length > 0));
  const damaged: number[] = [];
  const strongest = await Promise.all(
    records.map(async ({ at, record, places, indices }, column) => {
      const ready = await decoded(indices.map((index) => [index - FIRST_MAP, store.blob(series, at, index)?.value]));
      if (!record || ready.size < new Set(indices).size) damaged.push(steps[column] ?? 0);
      return places.map((place) => {
        const picture = ready.get(place);
        if (!picture || !record) return null;
        const mosaic = mosaicOf(record);
        return { state: record.numbers.state(place), picture, from: tileInMap(0, mosaic), tile: mosaic.tile };
      });
    }),
  );
  return { strongest, damaged };
}
