/** The probe pictures: fetched as they are needed, one copy for all runs that were logged with the same. */

import { Bitmaps } from "../data/bitmaps";
import type { Series } from "../data/index";
import type { Manifest } from "../data/manifest";
import type { Want } from "../data/plan";
import { store } from "../state";
import type { FeatureReady } from "./features";
import type { Probe } from "./probe";

/** A probe set up to this size is fetched as a whole. */
export const WHOLE_BYTES = 8 * 2 ** 20;
/** Up to so many are decoded before they are drawn, and all at a time; of a larger set those that are needed. */
export const DECODED_WHOLE = 1_000;
const DECODED_BYTES = 192 * 2 ** 20;

const pictures = new Bitmaps(DECODED_BYTES);

/** Counts that some were decoded. */
export const picturesDecoded = pictures.decoded;

interface Home {
  series: Series;
  at: number;
}

/** Where the bytes of a picture are read from: the run that had it first. */
const homes = new Map<string, Home>();

const knownKeys = new WeakMap<Manifest, string[]>();

/** Names of the pictures of a probe set by what they are; each is made once, as they are looked up at every step. */
export function pictureName({ series, at, manifest }: Probe, image: number): string {
  let keys = knownKeys.get(manifest);
  if (!keys) {
    keys = manifest.blobs.map(({ crc32, size, shape }, number) =>
      JSON.stringify(crc32 === null ? [series.run, series.walls[at], number] : [crc32, size, shape, number]),
    );
    knownKeys.set(manifest, keys);
  }
  return keys[image] ?? "";
}

function homeOf(probe: Probe, image: number): Home & { key: string } {
  const own = { series: probe.series, at: probe.at };
  const key = pictureName(probe, image);
  const home = homes.get(key);
  if (home && !store.blob(home.series, home.at, image + 1)?.error) return { ...home, key };
  homes.set(key, own);
  return { ...own, key };
}

/** Longest side of a decoded picture, so that those of all shown runs fit into the room there is. */
function largestSide(probe: Probe, runs: number): number {
  const count = Math.min(probe.facts.count, DECODED_WHOLE);
  return Math.max(32, Math.floor(Math.sqrt(DECODED_BYTES / (4 * Math.max(1, count) * Math.max(1, runs)))));
}

/** [height, width] of a picture as it was logged. */
export function pictureSize(probe: Probe, image: number): readonly [number, number] {
  const [height, width] = probe.manifest.blobs[image]?.shape ?? [];
  return height && width ? [height, width] : probe.facts.size;
}

/**
 * A probe picture if it is decoded, which begins where it is not; null where it is damaged.
 *
 * It may be smaller than it was logged.
 */
export function pictureOf(probe: Probe, image: number, runs: number): ImageBitmap | null | undefined {
  const found = pictures.get(pictureName(probe, image));
  if (found !== undefined) return found;
  const { series, at } = homeOf(probe, image);
  if (store.blob(series, at, image + 1)?.error) return null;
  decodePicture(probe, image, runs);
  return undefined;
}

/** A probe picture as it was logged, if it is here. */
export function pictureBytes(probe: Probe, image: number): Uint8Array<ArrayBuffer> | null {
  const { series, at } = homeOf(probe, image);
  return store.blob(series, at, image + 1)?.value ?? null;
}

/** Starts decoding a probe picture; false where it is not here, or that was done before. */
export function decodePicture(probe: Probe, image: number, runs: number): boolean {
  const { series, at, key } = homeOf(probe, image);
  const bytes = store.blob(series, at, image + 1)?.value;
  return bytes ? pictures.want(key, bytes, pictureSize(probe, image), largestSide(probe, runs)) : false;
}

/** Numbers of the pictures that excite these maps. */
export function imagesOf({ facts, numbers }: FeatureReady, maps: readonly number[]): Set<number> {
  const images = new Set<number>();
  for (const map of maps)
    for (let slot = 0; slot < facts.k; slot++) {
      const { image, value } = numbers.at(map, slot);
      if (image >= 0 && value > 0) images.add(image);
    }
  return images;
}

/**
 * The pictures that are not here, of all of a small set or of those named; each once for all runs.
 *
 * @param pending whether those are named too that are here or on their way, to wait for them
 */
export function pictureWants(needs: readonly { probe: Probe; images: Iterable<number> }[], pending = false): Want[] {
  const missing = new Map<string, { home: Home; images: Set<number>; bytes: number }>();
  for (const { probe, images } of needs) {
    const { blobs } = probe.manifest;
    const total = blobs.reduce((sum, { size }) => sum + size, 0);
    const wanted = total <= WHOLE_BYTES ? blobs.map((_, image) => image) : [...images];
    for (const image of wanted) {
      const { series, at } = homeOf(probe, image);
      if (!(pending || store.lacks(series, at, image + 1)) || image >= blobs.length) continue;
      const name = JSON.stringify([series.run, series.walls[at]]);
      const entry = missing.get(name) ?? { home: { series, at }, images: new Set(), bytes: 0 };
      entry.images.add(image);
      entry.bytes += blobs[image]?.size ?? 0;
      missing.set(name, entry);
    }
  }
  return [...missing.values()].map(({ home, images, bytes }) => ({
    series: home.series,
    positions: [home.at],
    indices: [...images].sort((a, b) => a - b).map((image) => image + 1),
    bytesPerStep: bytes,
  }));
}
