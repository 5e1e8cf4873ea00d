/** What the Features view asks for: records around a step, in as few requests and bytes as will do. */

import { untracked } from "@preact/signals";
import { type RunIndex, type Series, findSeries } from "../data/index";
import { type Want, wholeSeries } from "../data/plan";
import { statusHere } from "../data/status";
import type { TopFacts } from "../data/top";
import { layer } from "../layers";
import { shownIndex } from "../lib/steps";
import { showMode } from "../settings";
import { shownAt, store } from "../state";
import { FIRST_MAP, NUMBERS, OVERVIEW, factsNear, kernelLayer, panelOf, placesIn, restedAt, topSeries } from "./features";
import { mapsInView, orderBase } from "./mapOrder";
import { probeAt, probeManifests } from "./probe";
import { imagesOf, pictureWants } from "./probePictures";
import { stripSteps } from "./stripSteps";
import { type Head, detailsAround, headAt, headsAt, sizesOf, sum } from "./windows";

/**
 * Bytes of one window of epochs, for all runs together, and how many logs it reaches at most.
 *
 * Mostly all epochs are in it: a slider that ran from window to window would drop requests that the server goes on
 * to answer, each of them in the way of the next.
 */
const OVERVIEW_BYTES = 24 * 2 ** 20;
const OVERVIEWS = 150;
const MAP_BYTES = 4 * 2 ** 20;
const FURTHEST = 24;
const HEAD = [0, NUMBERS, OVERVIEW];
/** The manifest of strengths and its blobs. */
export const STRENGTH = [0, 1, 2, 3, 4];

/** What there is to draw at the step that is shown: all that a view asks for before it knows what there is. */
export function openingWants(indexes: readonly RunIndex[]): Want[] {
  // Where the slider goes later is followed elsewhere.
  return untracked(() => [
    ...statusHere(indexes, "features"),
    ...headsAt(layerSeries(indexes, layer.value), FEATURE_HEAD),
    ...probeManifests(indexes, "pictures"),
  ]);
}

export function layerSeries(indexes: readonly RunIndex[], layer: string): Series[] {
  return indexes.flatMap((index) => topSeries(index, layer) ?? []);
}

/** The manifest, the activations and the overview: what is drawn while the slider moves. */
function head(series: Series, positions: number[]): Want {
  // A record whose rule was refused has no overview, which only its manifest can say.
  const known = store.manifest(series, positions[0] ?? 0)?.value;
  const indices = known && known.blobs.length < OVERVIEW ? HEAD.slice(0, OVERVIEW) : HEAD;
  return { series, positions, indices, bytesPerStep: 8_192 + sum(sizesOf(series, positions[0] ?? 0).slice(0, OVERVIEW)) };
}

export const FEATURE_HEAD: Head = { needed: [0, NUMBERS], want: head, bytes: OVERVIEW_BYTES, furthest: OVERVIEWS };

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
export function mapsAround(all: readonly Series[], open: number | null): Want[] {
  const details = all.flatMap((series) => {
    const at = shownAt(series);
    const indices = at < 0 ? [] : mapIndices(series, at, open);
    return indices.length > 0 ? [{ series, at, indices }] : [];
  });
  return detailsAround(details, MAP_BYTES, FURTHEST);
}

/** Probe pictures that the patches at this step, and the enlarged map, are cut from. */
export function patchesAt(indexes: readonly RunIndex[], layer: string, open: number | null): Want[] {
  return pictureWants(
    indexes.flatMap((index) => {
      const panel = panelOf(index, layer);
      const probe = panel.state === "ready" ? probeAt(index, panel.series.steps[panel.at] ?? 0, "pictures") : null;
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

/** Strengths of the step that is shown, and of the log before it, which says what jumped. */
export function strengthsHere(indexes: readonly RunIndex[], layer: string): Want[] {
  return strengthWants(indexes, layer).map((want) => {
    const at = shownAt(want.series);
    return { ...want, positions: [at - 1, at].filter((place) => place >= 0) };
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
    ...(top ? headAt(top, shownIndex(top.steps, target), FEATURE_HEAD) : []),
  ];
}

/** The kernels, where the slider rests, of the layer whose map is enlarged, where they are logged. */
export function kernelWants(indexes: readonly RunIndex[], layer: string): Want[] {
  return indexes.flatMap((index) => {
    const series = findSeries(index, "filters", kernelLayer(index, layer));
    const at = series ? shownIndex(series.steps, restedAt.value.get(index.run) ?? 0) : -1;
    return series && at >= 0 ? [{ series, positions: [at], indices: [0, 1], bytesPerStep: 2 ** 20 }] : [];
  });
}
