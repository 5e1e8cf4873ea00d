/**
 * When the Occlusion view fetches: the record of the step first, those of all epochs next, as they are small; the
 * projections into the chosen picture once the slider rests.
 */

import { effect, untracked } from "@preact/signals";
import type { RunIndex, Series } from "../data/index";
import type { Want } from "../data/plan";
import { chosenPicture } from "../settings";
import { position, store } from "../state";
import { lane } from "./lane";
import { FIRST_TILES, currentPicture, occludedPictures, occlusionSeries, panelOf, probeOf, projections } from "./occlusion";
import { probeManifests } from "./probe";
import { pictureWants } from "./probePictures";
import { recordPicture } from "./recordPicture";
import type { PanelProps } from "./view";
import { type Detail, type Head, detailsAround, headsAround, headsAt, headsLack, sizesOf, sum } from "./windows";

/** The slider rests when it did not move for so many milliseconds. */
const REST = 120;
/** So many logs on both sides of the slider are kept ready. */
const AHEAD = 8;
const TILES_BYTES = 4 * 2 ** 20;
const FURTHEST = 48;

/** The manifest, the grids, the strongest activations. */
const HEAD: Head = {
  needed: [0, 1, 2, 3, 4],
  want: (series, positions) => ({
    series,
    positions,
    indices: [0, 1, 2, 3, 4],
    bytesPerStep: 8_192 + sum(sizesOf(series, positions[0] ?? 0).slice(0, FIRST_TILES - 1)),
  }),
  bytes: 24 * 2 ** 20,
  furthest: 400,
};

export async function loadOcclusion(props: PanelProps, stop: AbortSignal): Promise<void> {
  const { indexes, layer } = props;
  const all = indexes.flatMap((index) => occlusionSeries(index, layer) ?? []);
  await store.ensure([...headsAt(all, HEAD), ...probeManifests(indexes, "occlusion")], stop);
  if (stop.aborted) return;
  await store.ensure(untracked(() => picturesAt(indexes, layer)), stop);
  if (stop.aborted) return;
  stop.addEventListener("abort", follow(props, all), { once: true });
}

function follow({ indexes, layer }: PanelProps, all: readonly Series[]): () => void {
  const heads = lane();
  const pictures = lane();
  let timer = 0;
  const onRest = () => pictures.fetch(untracked(() => picturesAt(indexes, layer)));
  const end = effect(() => {
    void [position.value, chosenPicture.value];
    untracked(() => {
      if (headsLack(all, HEAD, AHEAD) || headsLack(all, HEAD, -AHEAD))
        heads.fetch(headsAround(all, HEAD), onRest);
      decodeAround(indexes, layer);
    });
    clearTimeout(timer);
    timer = window.setTimeout(onRest, REST);
  });
  return () => {
    end();
    clearTimeout(timer);
    heads.drop();
    pictures.drop();
  };
}

/** Projections into the chosen picture, at a step. */
function tilesAt(indexes: readonly RunIndex[], layer: string): Detail[] {
  const image = currentPicture(occludedPictures(indexes, layer));
  return indexes.flatMap((index) => {
    const panel = panelOf(index, layer);
    if (panel.state !== "ready") return [];
    const { facts } = panel.record;
    const place = facts.tiles ? facts.images.indexOf(image) : -1;
    return place < 0 ? [] : [{ series: panel.series, at: panel.at, indices: [FIRST_TILES + place] }];
  });
}

/** Starts decoding what of them the slider is about to come to. */
function decodeAround(indexes: readonly RunIndex[], layer: string): void {
  for (const { series, at, indices } of tilesAt(indexes, layer))
    for (const index of indices)
      for (let place = Math.max(0, at - AHEAD); place <= Math.min(at + AHEAD, series.steps.length - 1); place++)
        recordPicture(projections, { series, at: place }, index);
}

/** Pictures for the step: projections into the chosen picture, and the probe pictures that they belong to. */
function picturesAt(indexes: readonly RunIndex[], layer: string): Want[] {
  const panels = indexes.flatMap((index) => {
    const panel = panelOf(index, layer);
    return panel.state === "ready" ? [{ ...panel, probe: probeOf(index, panel.series.steps[panel.at] ?? 0, panel.record) }] : [];
  });
  const needs = panels.flatMap(({ probe, record: { facts, numbers } }) => {
    const strongest = facts.images.flatMap((_, place) => Array.from({ length: facts.k }, (_slot, slot) => numbers.at(place, slot).image));
    return probe ? [{ probe, images: new Set([...facts.images, ...strongest.filter((number) => number >= 0)]) }] : [];
  });
  return [...detailsAround(tilesAt(indexes, layer), TILES_BYTES, FURTHEST), ...pictureWants(needs)];
}
