/** What the Features view knows of a run: which record stands at the step, its activations, the probe pictures. */

import { signal } from "@preact/signals";
import { median } from "d3-array";
import { wordsOf } from "../api";
import { Bitmaps } from "../data/bitmaps";
import { type RunIndex, type Series, findSeries } from "../data/index";
import type { Manifest } from "../data/manifest";
import { failureAt } from "../data/status";
import {
  type ProbeFacts, type StrengthFacts, type Strengths, type TopFacts, TopNumbers, parseStrengths, probeFacts, strengthFacts, topFacts,
} from "../data/top";
import { shownIndex } from "../lib/steps";
import { step, store } from "../state";
import type { UnreadyPanel } from "./Unready";

/** Index in a record of `top`: the activations, the overview, the picture of the first map. */
export const NUMBERS = 1;
export const OVERVIEW = 2;
export const FIRST_MAP = 3;

/** Pictures of projections, decoded. */
export const mosaics = new Bitmaps(96 * 2 ** 20);

/** False while the slider moves: then the overview is drawn. */
export const resting = signal(true);
/** The step at which the slider rested last. */
export const restedAt = signal(0);

export interface FeatureReady {
  state: "ready";
  series: Series;
  /** Position of the shown step in the series. */
  at: number;
  facts: TopFacts;
  numbers: TopNumbers;
  failure: string | null;
}

export type FeaturePanel = UnreadyPanel | FeatureReady;

export function topSeries(index: RunIndex, layer: string): Series | undefined {
  return findSeries(index, "top", layer);
}

const read = new WeakMap<object, unknown>();

/** What a parser makes of a record, remembered by the record; an error where it is not sound. */
function once<T>(source: object, parse: () => T): T | Error {
  if (!read.has(source)) {
    try {
      read.set(source, parse());
    } catch (error) {
      read.set(source, error instanceof Error ? error : new Error(wordsOf(error)));
    }
  }
  return read.get(source) as T | Error;
}

/** The facts at a position, if its manifest is here and sound. */
export function topFactsAt(series: Series, at: number): TopFacts | null {
  const manifest = store.manifest(series, at)?.value;
  const facts = manifest && once(manifest, () => topFacts(manifest.facts, "manifest"));
  return facts instanceof Error ? null : (facts ?? null);
}

/** What is shown of a layer where an epoch is asked for: that of the slider unless another is given. */
export function panelOf(index: RunIndex, layer: string, target = step.value): FeaturePanel {
  void store.arrivals.value;
  const failure = failureAt(index, "features", layer, target);
  const series = topSeries(index, layer);
  if (!series) return { state: "absent", words: `This run logged no features of ${layer}.`, failure };
  if (series.error) return { state: "failed", words: series.error, step: null, failure };
  const at = shownIndex(series.steps, target);
  if (at < 0) return { state: "absent", words: "No epoch of this layer was kept.", failure };
  const failed = (words: string): FeaturePanel => ({ state: "failed", words, step: series.steps[at] ?? null, failure });
  const manifest = store.manifest(series, at);
  const blob = store.blob(series, at, NUMBERS);
  const error = manifest?.error ?? blob?.error;
  if (error) return failed(error);
  if (!manifest?.value || !blob?.value) return { state: "loading", failure };
  const facts = once(manifest.value, () => topFacts(manifest.value.facts, "manifest"));
  if (facts instanceof Error) return failed(`damaged: ${facts.message}`);
  const { value } = blob;
  const numbers = once(value, () => new TopNumbers(facts, value));
  if (numbers instanceof Error) return failed(`damaged: ${numbers.message}`);
  return { state: "ready", series, at, facts, numbers, failure };
}

/** What the nearest position that is here says; null where none is. */
export function nearest<T>(series: Series, at: number, look: (place: number) => T | null | undefined): T | null {
  for (let off = 0; off < series.steps.length; off++) {
    const found = look(at - off) ?? look(at + off);
    if (found != null) return found;
  }
  return null;
}

/** The facts of one step, by the nearest manifest that is here. */
export function factsNear(series: Series, at: number): TopFacts | null {
  return nearest(series, at, (place) => topFactsAt(series, place));
}

const knownPlaces = new WeakMap<TopFacts, Map<number, number>>();

/** Where each map stands among the drawn ones of a record; -1 where it was not drawn. */
export function placesIn(facts: TopFacts, maps: readonly number[]): number[] {
  let places = knownPlaces.get(facts);
  if (!places) knownPlaces.set(facts, (places = new Map(facts.maps.map((map, at) => [map, at]))));
  return maps.map((map) => places.get(map) ?? -1);
}

export interface Strength {
  facts: StrengthFacts;
  maps: Strengths;
  /** Over the maps for which it is known; NaN where it is for none. */
  medians: Record<"value" | "change", number>;
}

/** What is known of all maps of a layer at a step of `top`; null where that is not here. */
export function strengthAt(index: RunIndex, layer: string, at: number): Strength | null {
  const series = findSeries(index, "strength", layer);
  const manifest = series && store.manifest(series, at)?.value;
  if (!manifest) return null;
  const found = once(manifest.blobs, () => {
    const blobs = [1, 2, 3, 4].map((number) => store.blob(series, at, number)?.value ?? new Uint8Array());
    const maps = parseStrengths(manifest.blobs, blobs);
    const middle = (values: Float32Array) => median(values.filter(Number.isFinite)) ?? Number.NaN;
    return { facts: strengthFacts(manifest.facts, "strength"), maps, medians: { value: middle(maps.value), change: middle(maps.change) } };
  });
  if (!(found instanceof Error)) return found;
  // Not all of it may have come with the manifest: it is looked at again when more arrives.
  read.delete(manifest.blobs);
  return null;
}

/** What is known at exactly this step, and at the log before it. */
export function strengthsAround(index: RunIndex, layer: string, target: number): { now: Strength | null; before: Strength | null } {
  const series = findSeries(index, "strength", layer);
  const at = series?.steps.indexOf(target) ?? -1;
  if (at < 0) return { now: null, before: null };
  return { now: strengthAt(index, layer, at), before: at > 0 ? strengthAt(index, layer, at - 1) : null };
}

export interface Probe {
  series: Series;
  at: number;
  manifest: Manifest;
  facts: ProbeFacts;
}

export function probeSeries(index: RunIndex): Series | undefined {
  return findSeries(index, "probe", "pictures");
}

/** The probe set that the record of a step refers to: that of the fit it belongs to. Null while it is not here. */
export function probeAt(index: RunIndex, target: number): Probe | null {
  const series = probeSeries(index);
  const at = series ? shownIndex(series.steps, target) : -1;
  const manifest = series && store.manifest(series, at)?.value;
  if (!manifest) return null;
  const facts = once(manifest, () => probeFacts(manifest.facts, "probe"));
  return facts instanceof Error ? null : { series, at, manifest, facts };
}
