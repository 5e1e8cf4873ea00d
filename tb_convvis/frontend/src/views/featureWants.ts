/** What the Features view asks for: records around a step, in as few requests and bytes as will do. */

import { type RunIndex, type Series, findSeries } from "../data/index";
import { type Want, wholeSeries } from "../data/plan";
import type { TopFacts } from "../data/top";
import { shownIndex } from "../lib/steps";
import { showMode } from "../settings";
import { store } from "../state";
import { FIRST_MAP, NUMBERS, OVERVIEW, factsNear, nearest, panelOf, placesIn, probeAt, topSeries } from "./features";
import { mapsInView, orderBase } from "./mapOrder";
import { imagesOf, pictureWants } from "./probePictures";
import { stripSteps } from "./stripSteps";

/** Bytes of one window of epochs, for all runs together. */
const OVERVIEW_BYTES = 6 * 2 ** 20;
const MAP_BYTES = 4 * 2 ** 20;
const FURTHEST = 24;
const HEAD = [0, NUMBERS, OVERVIEW];
const STRENGTH = [0, 1, 2, 3, 4];

export function layerSeries(indexes: readonly RunIndex[], layer: string): Series[] {
  return indexes.flatMap((index) => topSeries(index, layer) ?? []);
}

/** Sizes of the blobs of one step, by the nearest manifest that is here. */
function sizesOf(series: Series, at: number): number[] {
  return nearest(series, at, (place) => store.manifest(series, place)?.value)?.blobs.map(({ size }) => size) ?? [];
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

export function headsAt(all: readonly Series[], target: number): Want[] {
  return all.flatMap((series) => {
    const at = shownIndex(series.steps, target);
    return headMissing(series, at) ? [head(series, [at])] : [];
  });
}

/** True where a record at the step, or within so many logs in one direction, was never asked for. */
export function headsLack(all: readonly Series[], target: number, ahead = 0): boolean {
  return all.some((series) => {
    const at = shownIndex(series.steps, target);
    for (let off = 0; off <= Math.abs(ahead); off++) if (headMissing(series, at + Math.sign(ahead) * off)) return true;
    return false;
  });
}

/** Heads of all runs around a step: of all epochs where they are small. */
export function headsAround(all: readonly Series[], target: number): Want[] {
  const perEpoch = sum(all.map((series) => head(series, [Math.max(0, shownIndex(series.steps, target))]).bytesPerStep));
  const reach = Math.max(1, Math.min(FURTHEST, Math.floor(OVERVIEW_BYTES / Math.max(1, perEpoch) / 2)));
  return all.flatMap((series) => {
    const at = shownIndex(series.steps, target);
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
  return placesLookedAt(facts, showMode.peek() !== "patches", open).map((map) => FIRST_MAP + map);
}

/** Positions of the maps that are looked at, those of the grids if wanted, and the one that is enlarged. */
function placesLookedAt(facts: TopFacts, grids: boolean, open: number | null): number[] {
  const maps = [...(grids ? mapsInView.peek() : []), ...(open === null ? [] : [open])];
  return [...new Set(placesIn(facts, maps))].filter((place) => place >= 0).sort((a, b) => a - b);
}

/** Pictures of the maps at a step and at its neighbours; nothing where those of the step are here. */
export function mapsAround(all: readonly Series[], target: number, open: number | null): Want[] {
  const wants = all.flatMap((series) => {
    const at = shownIndex(series.steps, target);
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
      return panel.state === "ready" && probe ? [{ probe, images: imagesOf(panel, placesLookedAt(panel.facts, showMode.peek() !== "projections", open)) }] : [];
    }),
  );
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
    return series ? [{ ...wholeSeries(series, 0, 8_192), indices: STRENGTH }] : [];
  });
}

/** What sorts and filters the maps: the strengths and the overview of one epoch of one run. */
export function orderWants(indexes: readonly RunIndex[], layer: string): Want[] {
  const { index, target } = orderBase(indexes, layer);
  const top = index && topSeries(index, layer);
  const strengths = index && findSeries(index, "strength", layer);
  const at = strengths ? shownIndex(strengths.steps, target) : -1;
  return [
    ...(strengths && at >= 0 ? [{ series: strengths, positions: [at], indices: STRENGTH, bytesPerStep: 8_192 }] : []),
    ...(top ? headsAt([top], target) : []),
  ];
}

/** The kernels at a step of the layer whose map is enlarged, where they are logged. */
export function kernelWants(indexes: readonly RunIndex[], layer: string, target: number): Want[] {
  return indexes.flatMap((index) => {
    const series = findSeries(index, "filters", layer);
    const at = series ? shownIndex(series.steps, target) : -1;
    return series && at >= 0 ? [{ series, positions: [at], indices: [0, 1], bytesPerStep: 2 ** 20 }] : [];
  });
}

/** How the view went at each epoch. */
export function statusWants(indexes: readonly RunIndex[]): Want[] {
  return indexes.flatMap(({ series }) =>
    series.filter(({ kind, subject }) => kind === "run" && subject === "features").map((one) => wholeSeries(one, 0, 1_024)),
  );
}
