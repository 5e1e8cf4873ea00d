/** What the Features view knows of a run: which record stands at the step, its activations, the probe pictures. */

import { signal } from "@preact/signals";
import { Bitmaps } from "../data/bitmaps";
import { type RunIndex, type Series, findSeries } from "../data/index";
import { forget, once } from "../data/once";
import { type StrengthFacts, type Strengths, type TopFacts, TopNumbers, parseStrengths, strengthFacts, topFacts } from "../data/top";
import { mapPage } from "../settings";
import { store } from "../state";
import { type Reading, type RecordReady, recordPanel } from "./recordPanel";
import type { UnreadyPanel } from "./Unready";

/** Index in a record of `top`: the activations, the overview, the picture of the first map. */
export const NUMBERS = 1;
export const OVERVIEW = 2;
export const FIRST_MAP = 3;

/** Maps on one page: as many as the callback draws unless it is told otherwise. */
export const PAGE = 64;

/** Pictures of projections, decoded. */
export const mosaics = new Bitmaps(96 * 2 ** 20);

/** False while the slider moves: then the overview is drawn. */
export const resting = signal(true);

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
  /** Positions of the maps of this page among the drawn ones. */
  page: number[];
}

export type FeaturePanel = UnreadyPanel | FeatureReady;

export function topSeries(index: RunIndex, layer: string): Series | undefined {
  return findSeries(index, "top", layer);
}

/** The facts at a position, if its manifest is here and sound. */
export function topFactsAt(series: Series, at: number): TopFacts | null {
  const manifest = store.manifest(series, at)?.value;
  const facts = manifest && once(manifest, () => topFacts(manifest.facts, "manifest"));
  return facts instanceof Error ? null : (facts ?? null);
}

export function panelOf(index: RunIndex, layer: string): FeaturePanel {
  const panel = recordPanel(index, layer, READING);
  return panel.state === "ready" ? { ...panel, ...panel.record, page: pageOf(panel.record.facts) } : panel;
}

export function pagesOf(facts: TopFacts): number {
  return Math.max(1, Math.ceil(facts.maps.length / PAGE));
}

/** Positions, among the drawn maps, of those on the page that is looked at. */
export function pageOf(facts: TopFacts): number[] {
  const page = Math.min(Math.max(0, mapPage.value ?? 0), pagesOf(facts) - 1);
  return facts.maps.map((_, at) => at).slice(page * PAGE, (page + 1) * PAGE);
}

export interface Strength {
  facts: StrengthFacts;
  maps: Strengths;
}

/** What is known of all maps of a layer at a step of `top`; null where that is not here. */
export function strengthAt(index: RunIndex, layer: string, at: number): Strength | null {
  const series = findSeries(index, "strength", layer);
  const manifest = series && store.manifest(series, at)?.value;
  if (!manifest) return null;
  const found = once(manifest.blobs, () => {
    const blobs = [1, 2, 3].map((number) => store.blob(series, at, number)?.value ?? new Uint8Array());
    return { facts: strengthFacts(manifest.facts, "strength"), maps: parseStrengths(manifest.blobs, blobs) };
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
