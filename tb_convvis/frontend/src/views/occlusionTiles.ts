/** What the figure of an occluded picture is drawn from: its record, decoded projections and pictures. */

import type { OcclusionRecord } from "../data/occlusion";
import { store } from "../state";
import { decoded } from "./mapTiles";
import { FIRST_TILES, type OcclusionReady } from "./occlusion";
import type { Probe } from "./probe";
import { pictureBytes, pictureWants } from "./probePictures";

export interface OcclusionTiles {
  title: string;
  record: OcclusionRecord;
  /** Position of the picture among the occluded ones. */
  place: number;
  probe: Probe | null;
  /** By their number in the probe set. */
  pictures: ReadonlyMap<number, ImageBitmap>;
  projections: ImageBitmap | null;
  /** How many pictures are not drawn because they are damaged. */
  damaged: number;
}

export async function readOcclusion(title: string, panel: OcclusionReady, place: number, probe: Probe | null): Promise<OcclusionTiles> {
  const { series, at, record } = panel;
  const { facts, numbers } = record;
  const strongest = Array.from({ length: facts.k }, (_, slot) => numbers.at(place, slot).image);
  const images = [...new Set([facts.images[place] ?? -1, ...strongest])].filter((image) => image >= 0);
  const index = FIRST_TILES + place;
  await store.need([
    ...(facts.tiles ? [{ series, positions: [at], indices: [index], bytesPerStep: 2 ** 17 }] : []),
    ...(probe ? pictureWants([{ probe, images }], true) : []),
  ]);
  const [pictures, projections] = await Promise.all([
    decoded(images.map((image) => [image, probe && pictureBytes(probe, image)])),
    decoded([[index, facts.tiles ? store.blob(series, at, index)?.value : null]]),
  ]);
  const wanted = (probe ? images.length : 0) + (facts.tiles ? 1 : 0);
  return { title, record, place, probe, pictures, projections: projections.get(index) ?? null, damaged: wanted - pictures.size - projections.size };
}
