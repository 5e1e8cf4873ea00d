/** What the Features view asks for: records around a step, in as few requests and bytes as will do. */

import { type RunIndex, type Series, findSeries } from "../data/index";
import { type Want, wholeSeries } from "../data/plan";
import type { TopFacts } from "../data/top";
import { showMode } from "../settings";
import { shownAt, store } from "../state";
import { FIRST_MAP, NUMBERS, OVERVIEW, type FeatureReady, pageOf, panelOf, probeAt, topFactsAt, topSeries } from "./features";
import { imagesOf, pictureWants } from "./probePictures";
import { stripSteps } from "./stripSteps";

/** Bytes of one window of epochs, for all runs together. */
const OVERVIEW_BYTES = 6 * 2 ** 20;
const MAP_BYTES = 4 * 2 ** 20;
const FURTHEST = 24;
const HEAD = [0, NUMBERS, OVERVIEW];

export function layerSeries(indexes: readonly RunIndex[], layer: string): Series[] {
  return indexes.flatMap((index) => topSeries(index, layer) ?? []);
}

/** What the nearest position that is here says; null where none is. */
function nearest<T>(series: Series, at: number, look: (place: number) => T | null | undefined): T | null {
  for (let off = 0; off < series.steps.length; off++) {
    const found = look(at - off) ?? look(at + off);
    if (found != null) return found;
  }
  return null;
}

/** Sizes of the blobs of one step, by the nearest manifest that is here. */
function sizesOf(series: Series, at: number): number[] {
  return nearest(series, at, (place) => store.manifest(series, place)?.value)?.blobs.map(({ size }) => size) ?? [];
}

/** The facts of one step, by the nearest manifest that is here. */
function factsNear(series: Series, at: number): TopFacts | null {
  return nearest(series, at, (place) => topFactsAt(series, place));
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

/** The manifest, the activations and the overview: what is drawn while the slider moves. */
function head(series: Series, positions: number[]): Want {
  // A record whose rule was refused has no overview, which only its manifest can say.
  const known = store.manifest(series, positions[0] ?? 0)?.value;
  const indices = known && known.blobs.length < OVERVIEW ? HEAD.slice(0, OVERVIEW) : HEAD;
  return { series, positions, indices, bytesPerStep: 8_192 + sum(sizesOf(series, positions[0] ?? 0).slice(0, OVERVIEW)) };
}

function headMissing(series: Series, at: number): boolean {
  return at >= 0 && at < series.steps.length && (store.lacks(series, at, 0) || store.lacks(series, at, NUMBERS));
}

export function headsAt(all: readonly Series[]): Want[] {
  return all.flatMap((series) => {
    const at = shownAt(series);
    return headMissing(series, at) ? [head(series, [at])] : [];
  });
}

/** True where a record at the step, or within so many logs in one direction, was never asked for. */
export function headsLack(all: readonly Series[], ahead = 0): boolean {
  return all.some((series) => {
    const at = shownAt(series);
    for (let off = 0; off <= Math.abs(ahead); off++) if (headMissing(series, at + Math.sign(ahead) * off)) return true;
    return false;
  });
}

/** Heads of all runs around a step: of all epochs where they are small. */
export function headsAround(all: readonly Series[]): Want[] {
  const perEpoch = sum(all.map((series) => head(series, [Math.max(0, shownAt(series))]).bytesPerStep));
  const reach = Math.max(1, Math.min(FURTHEST, Math.floor(OVERVIEW_BYTES / Math.max(1, perEpoch) / 2)));
  return all.flatMap((series) => {
    const at = shownAt(series);
    if (at < 0) return [];
    const first = Math.max(0, Math.min(at - reach, series.steps.length - 1 - 2 * reach));
    const positions = series.steps.map((_, place) => place).slice(first, first + 2 * reach + 1);
    const missing = positions.filter((place) => headMissing(series, place));
    return missing.length > 0 ? [head(series, missing)] : [];
  });
}

/** Blobs of the pictures of the maps that are looked at: those of the page, and the one that is enlarged. */
function mapIndices(series: Series, at: number, open: number | null): number[] {
  const facts = factsNear(series, at);
  if (!facts?.tiles) return [];
  const places = new Set(showMode.peek() === "patches" ? [] : pageOf(facts));
  const place = open === null ? -1 : facts.maps.indexOf(open);
  if (place >= 0) places.add(place);
  return [...places].sort((a, b) => a - b).map((map) => FIRST_MAP + map);
}

/** Pictures of the maps at a step and at its neighbours; nothing where those of the step are here. */
export function mapsAround(all: readonly Series[], open: number | null): Want[] {
  const wants = all.flatMap((series) => {
    const at = shownAt(series);
    const indices = at < 0 ? [] : mapIndices(series, at, open);
    const sizes = sizesOf(series, at);
    return indices.length > 0 ? [{ series, at, indices, bytes: sum(indices.map((index) => sizes[index - 1] ?? 0)) }] : [];
  });
  const lacks = (series: Series, at: number, indices: number[]) => indices.some((index) => store.lacks(series, at, index));
  if (!wants.some(({ series, at, indices }) => lacks(series, at, indices))) return [];
  const reach = Math.min(FURTHEST, Math.floor(MAP_BYTES / Math.max(1, sum(wants.map(({ bytes }) => bytes))) / 2));
  return wants.flatMap(({ series, at, indices, bytes }) => {
    const near = series.steps.map((_, place) => place).slice(Math.max(0, at - reach), at + reach + 1);
    const positions = near.filter((place) => lacks(series, place, indices));
    return positions.length > 0 ? [{ series, positions, indices, bytesPerStep: bytes }] : [];
  });
}

/** Probe pictures that the patches at this step, and the enlarged map, are cut from. */
export function patchesAt(indexes: readonly RunIndex[], layer: string, open: number | null): Want[] {
  return pictureWants(
    indexes.flatMap((index) => {
      const panel = panelOf(index, layer);
      const probe = panel.state === "ready" ? probeAt(index, panel.series.steps[panel.at] ?? 0) : null;
      return panel.state === "ready" && probe ? [{ probe, images: imagesOf(panel, mapsLookedAt(panel, open)) }] : [];
    }),
  );
}

function mapsLookedAt({ facts, page }: FeatureReady, open: number | null): number[] {
  const maps = showMode.peek() === "projections" ? [] : page;
  const place = open === null ? -1 : facts.maps.indexOf(open);
  return place >= 0 ? [...maps, place] : maps;
}

/** The picture of one map at each epoch of its strip. */
export function stripWants(indexes: readonly RunIndex[], layer: string, map: number): Want[] {
  const all = layerSeries(indexes, layer);
  const shown = new Set(stripSteps(all.map(({ steps }) => steps)));
  return all.flatMap((series) => {
    const facts = factsNear(series, series.steps.length - 1);
    const place = facts?.tiles ? facts.maps.indexOf(map) : -1;
    if (place < 0) return [];
    const index = FIRST_MAP + place;
    const positions = series.steps.flatMap((at, position) => (shown.has(at) && store.lacks(series, position, index) ? [position] : []));
    const bytes = sizesOf(series, series.steps.length - 1)[index - 1] ?? 8_192;
    return positions.length > 0 ? [{ series, positions, indices: [index], bytesPerStep: bytes }] : [];
  });
}

/** Strengths of all maps at all epochs: a kilobyte or two each. */
export function strengthWants(indexes: readonly RunIndex[], layer: string): Want[] {
  return indexes.flatMap((index) => {
    const series = findSeries(index, "strength", layer);
    return series ? [{ ...wholeSeries(series, 0, 8_192), indices: [0, 1, 2, 3] }] : [];
  });
}

/** How the view went at each epoch. */
export function statusWants(indexes: readonly RunIndex[]): Want[] {
  return indexes.flatMap(({ series }) =>
    series.filter(({ kind, subject }) => kind === "run" && subject === "features").map((one) => wholeSeries(one, 0, 1_024)),
  );
}
