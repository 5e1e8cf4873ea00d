/** What the Features view knows of a run: which record stands at the step, its activations, the probe pictures. */

import { signal } from "@preact/signals";
import { Bitmaps } from "../data/bitmaps";
import { type RunIndex, type Series, findSeries } from "../data/index";
import { shownName } from "../data/layerNames";
import { forget, once } from "../data/once";
import { type StrengthFacts, type Strengths, type TopFacts, TopNumbers, parseStrengths, strengthFacts, topFacts } from "../data/top";
import { shownAt, stepOf, store } from "../state";
import { median } from "../lib/median";
import { type Reading, type RecordReady, recordAt, recordPanel } from "./recordPanel";
import type { UnreadyPanel } from "./Unready";
import { nearest } from "./windows";

/** Index in a record of `top`: the activations, the overview, the picture of the first map. */
export const NUMBERS = 1;
export const OVERVIEW = 2;
export const FIRST_MAP = 3;

/** Pictures of projections, decoded. */
export const mosaics = new Bitmaps(96 * 2 ** 20);

/** False while the slider moves: then the overview is drawn. */
export const resting = signal(true);
/** The step of each run at which the slider rested last. */
export const restedAt = signal<ReadonlyMap<string, number>>(new Map());

interface TopRecord {
  facts: TopFacts;
  numbers: TopNumbers;
}

const READING: Reading<TopRecord> = {
  kind: "top",
  view: "features",
  blobs: [NUMBERS],
  parse: ({ facts: logged }, [data = new Uint8Array()]) => {
    const facts = topFacts(logged, "manifest");
    return { facts, numbers: new TopNumbers(facts, data) };
  },
};

export interface FeatureReady extends RecordReady<TopRecord>, TopRecord {
}

export type FeaturePanel = UnreadyPanel | FeatureReady;

export function topSeries(index: RunIndex, layer: string): Series | undefined {
  return findSeries(index, "top", layer);
}

/** The record at a position, if it is here and sound. */
export function topRecordAt(series: Series, at: number): TopRecord | null {
  const record = recordAt(series, at, READING);
  return record instanceof Error ? null : record;
}

/** The facts at a position, if its manifest is here and sound. */
export function topFactsAt(series: Series, at: number): TopFacts | null {
  const manifest = store.manifest(series, at)?.value;
  const facts = manifest && once(manifest, () => topFacts(manifest.facts, "manifest"));
  return facts instanceof Error ? null : (facts ?? null);
}

/** What is shown of a layer where an epoch is asked for: that of the slider unless another is given. */
export function panelOf(index: RunIndex, layer: string, target = stepOf(index.run)): FeaturePanel {
  const panel = recordPanel(index, layer, READING, target);
  return panel.state === "ready" ? { ...panel, ...panel.record } : panel;
}

/** The facts of one step, by the nearest manifest that is here. */
export function factsNear(series: Series, at: number): TopFacts | null {
  return nearest(series, at, (place) => topFactsAt(series, place));
}

/** Path of the layer whose kernel makes the maps: that of the layer itself where the log does not say it. */
export function kernelLayer(index: RunIndex, layer: string): string {
  const series = topSeries(index, layer);
  const own = series && factsNear(series, shownAt(series))?.convolution;
  return own == null ? layer : shownName(index, own);
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
  forget(manifest.blobs);
  return null;
}

/** What is known at exactly this step, and at the log before it. */
export function strengthsAround(index: RunIndex, layer: string, target: number): { now: Strength | null; before: Strength | null } {
  const series = findSeries(index, "strength", layer);
  const at = series?.steps.indexOf(target) ?? -1;
  if (at < 0) return { now: null, before: null };
  return { now: strengthAt(index, layer, at), before: at > 0 ? strengthAt(index, layer, at - 1) : null };
}
