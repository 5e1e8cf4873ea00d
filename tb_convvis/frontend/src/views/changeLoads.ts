/** When the comparison fetches: nothing while the slider moves; then both epochs, and what is looked at of them. */

import { effect, untracked } from "@preact/signals";
import { type RunIndex, findSeries } from "../data/index";
import type { Want } from "../data/plan";
import { statusWants } from "../data/status";
import { shownIndex } from "../lib/steps";
import { playing, speed } from "../playback";
import { epochA, openMap, rankBy, showMode } from "../settings";
import { position, stepsAsked, store } from "../state";
import { comparedAt, pairOf, stepsCompared } from "./comparison";
import { FIRST_MAP, type FeatureReady, placesIn, resting, topSeries } from "./features";
import { FEATURE_HEAD, layerSeries } from "./featureWants";
import { probeAt, probeManifests } from "./probe";
import { followProjections } from "./projectionChanges";
import { imagesOf, pictureWants } from "./probePictures";
import type { PanelProps } from "./view";
import { headAt, headsAround } from "./windows";

/** The slider rests when it did not move for so many milliseconds. */
const REST = 120;
/** Playing at up to so many epochs per second, each of them is a rest. */
const RESTFUL = 5;
const STRENGTH = [0, 1, 2, 3, 4];

export async function loadChanges(props: PanelProps, stop: AbortSignal): Promise<void> {
  comparedAt.value = stepsAsked.peek();
  resting.value = true;
  const ends = [follow(props), followProjections(props)];
  stop.addEventListener("abort", () => ends.forEach((end) => end()), { once: true });
}

function follow(props: PanelProps): () => void {
  let fetching: AbortController | null = null;
  let timer = 0;
  let before = position.peek();
  const onRest = () => {
    resting.value = true;
    comparedAt.value = stepsAsked.peek();
    fetching?.abort();
    fetching = new AbortController();
    void fetchPairs(props, fetching.signal);
  };
  const end = effect(() => {
    const target = position.value;
    void [epochA.value, rankBy.value, openMap.value, showMode.value];
    const slow = playing.value && speed.value > RESTFUL;
    untracked(() => {
      clearTimeout(timer);
      if (target === before) return onRest();
      before = target;
      resting.value = false;
      fetching?.abort();
      // Where an epoch takes long to compare, playing must not be taken for resting: that would make it longer still.
      if (!slow) timer = window.setTimeout(onRest, REST);
    });
  });
  return () => {
    end();
    clearTimeout(timer);
    fetching?.abort();
  };
}

async function fetchPairs({ indexes, layer }: PanelProps, stop: AbortSignal): Promise<void> {
  const around = () => [...statusWants(indexes, "features"), ...headsAround(layerSeries(indexes, layer), FEATURE_HEAD)];
  const records = [...probeManifests(indexes, "pictures"), ...indexes.flatMap((index) => recordWants(index, layer))];
  await store.ensure([...records, ...around()], stop);
  if (stop.aborted) return;
  await store.ensure([...indexes.flatMap((index) => mapWants(index, layer)), ...patchWants(indexes, layer), ...around()], stop);
}

/** The activations, the overview and the strengths of both epochs of a run. */
function recordWants(index: RunIndex, layer: string): Want[] {
  const steps = stepsCompared(index, layer);
  const top = topSeries(index, layer);
  const strength = findSeries(index, "strength", layer);
  return [steps?.a, steps?.b].flatMap((target) => {
    if (target === undefined) return [];
    const at = strength?.steps.indexOf(target) ?? -1;
    const wants = top ? headAt(top, shownIndex(top.steps, target), FEATURE_HEAD) : [];
    return strength && at >= 0 ? [...wants, { series: strength, positions: [at], indices: STRENGTH, bytesPerStep: 8_192 }] : wants;
  });
}

/** Maps whose own pictures are looked at: the open one, and all of them where they are ranked by their projections. */
function mapsWanted(facts: FeatureReady["facts"]): number[] {
  const maps = rankBy.peek() === "projections" ? facts.maps : openMap.peek() === null ? [] : [openMap.peek() as number];
  return placesIn(facts, maps).filter((place) => place >= 0);
}

function sidesOf(index: RunIndex, layer: string): FeatureReady[] {
  const pair = pairOf(index, layer);
  return pair.state === "ready" ? [pair.a, pair.b] : [];
}

function mapWants(index: RunIndex, layer: string): Want[] {
  return sidesOf(index, layer).flatMap(({ series, at, facts }) => {
    const indices = facts.tiles ? mapsWanted(facts).map((place) => FIRST_MAP + place) : [];
    const { blobs = [] } = store.manifest(series, at)?.value ?? {};
    const bytesPerStep = indices.reduce((sum, one) => sum + (blobs[one - 1]?.size ?? 0), 0);
    return indices.length > 0 ? [{ series, positions: [at], indices, bytesPerStep }] : [];
  });
}

/** Probe pictures that patches are cut from: of the open map, and of all where there are no projections. */
function patchWants(indexes: readonly RunIndex[], layer: string): Want[] {
  return pictureWants(
    indexes.flatMap((index) =>
      sidesOf(index, layer).flatMap((panel) => {
        const probe = probeAt(index, panel.series.steps[panel.at] ?? 0, "pictures");
        const open = showMode.peek() === "projections" || openMap.peek() === null ? [] : [openMap.peek() as number];
        const places = placesIn(panel.facts, panel.facts.tiles ? open : panel.facts.maps).filter((place) => place >= 0);
        return probe && places.length > 0 ? [{ probe, images: imagesOf(panel, places) }] : [];
      }),
    ),
  );
}
