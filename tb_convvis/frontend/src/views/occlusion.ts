/** What the Occlusion view knows of a run: its record at the step, the picture looked at, scales shared by all runs. */

import { Bitmaps } from "../data/bitmaps";
import { type RunIndex, type Series, findSeries } from "../data/index";
import { OcclusionRecord, type PictureGrids } from "../data/occlusion";
import { nameOfClass } from "../data/top";
import { type Scale, diverging, sequential } from "../lib/heatmap";
import { frameOf, nearestPosition } from "../lib/positions";
import { chosenPicture, heatMode } from "../settings";
import { type Probe, probeAt } from "./probe";
import { type Reading, type RecordReady, recordAt, recordPanel } from "./recordPanel";
import type { UnreadyPanel } from "./Unready";

/** Index in a record of the picture with the projections of the first occluded picture. */
export const FIRST_TILES = 5;

const READING: Reading<OcclusionRecord> = {
  kind: "occlusion",
  view: "occlusion",
  blobs: [1, 2, 3, 4],
  parse: (manifest, blobs) => new OcclusionRecord(manifest, blobs),
};

/** Projections, decoded. */
export const projections = new Bitmaps(32 * 2 ** 20);

export type OcclusionReady = RecordReady<OcclusionRecord>;

export function panelOf(index: RunIndex, layer: string): UnreadyPanel | OcclusionReady {
  return recordPanel(index, layer, READING);
}

export function occlusionSeries(index: RunIndex, layer: string): Series | undefined {
  return findSeries(index, "occlusion", layer);
}

/** The record at a position, if it is here and sound. */
export function soundRecord(series: Series, at: number): OcclusionRecord | null {
  const record = recordAt(series, at, READING);
  return record instanceof Error ? null : record;
}

/** The probe set of a record, if its pictures are of the size that was occluded. */
export function probeOf(index: RunIndex, target: number, { facts }: OcclusionRecord): Probe | null {
  const probe = probeAt(index, target, "occlusion");
  return probe && String(probe.facts.size) === String(frameOf(facts)) ? probe : null;
}

/** A picture that some run occluded, and a probe set that has it. */
export interface Occluded {
  image: number;
  probe: Probe | null;
}

/** All pictures that the runs occluded, by number. */
export function occludedPictures(indexes: readonly RunIndex[], layer: string): Occluded[] {
  const found = new Map<number, Probe | null>();
  for (const index of indexes) {
    const panel = panelOf(index, layer);
    if (panel.state !== "ready") continue;
    const probe = probeOf(index, panel.series.steps[panel.at] ?? 0, panel.record);
    for (const image of panel.record.facts.images) found.set(image, found.get(image) ?? probe);
  }
  return [...found].map(([image, probe]) => ({ image, probe })).sort((a, b) => a.image - b.image);
}

/** The picture that is looked at: the chosen one where a run has it, else the first. */
export function currentPicture(pictures: readonly Occluded[]): number {
  return (pictures.find(({ image }) => image === chosenPicture.value) ?? pictures[0])?.image ?? -1;
}

export function lossOf({ facts }: OcclusionRecord, place: number, probability: number): number {
  return (facts.probability[place] ?? Number.NaN) - probability;
}

/** What is mapped in panel d, at every position. */
export function classValues(record: OcclusionRecord, place: number): Float32Array {
  const { probability } = record.grids(place);
  return heatMode.value === "drop" ? probability.map((value) => lossOf(record, place, value)) : probability;
}

/**
 * What is mapped in panel b, at every position: the total activation of the map as a share of that without an occluder.
 *
 * Totals hardly differ where the occluder is small, shares can be told apart. Missing where there is no total to
 * divide by.
 */
export function activationShares(record: OcclusionRecord, place: number): Float64Array {
  const total = record.facts.activation[place] ?? Number.NaN;
  return Float64Array.from(record.grids(place).activation, (value) => (total > 0 && Number.isFinite(value / total) ? value / total : Number.NaN));
}

/** The most probable class at every position; missing where the probabilities are. */
export function classesAt({ facts, grids }: { facts: { classes: number }; grids: PictureGrids }): Float64Array {
  return Float64Array.from(grids.topClass, (label, at) =>
    label >= 0 && label < facts.classes && Number.isFinite(grids.probability[at]) ? label : Number.NaN,
  );
}

/** Row and column of a position. */
export type Position = readonly [row: number, col: number];

/** The position nearest to a place; without one, that where the probability is the lowest. */
export function positionOf(record: OcclusionRecord, place: number, at: readonly [number, number] | null): Position {
  const { rows, cols, size } = record.facts;
  const [height, width] = frameOf(record.facts);
  if (at) return [nearestPosition(rows, size[0], at[0] * height), nearestPosition(cols, size[1], at[1] * width)];
  const { probability } = record.grids(place);
  let lowest = 0;
  probability.forEach((value, number) => {
    if (value < (probability[lowest] ?? 0) || Number.isNaN(probability[lowest])) lowest = number;
  });
  return [Math.floor(lowest / cols.length), lowest % cols.length];
}

/** Name of a class: what it has in common over runs that number it differently. */
export function classNameOf(probe: Probe | null, label: number): string {
  return nameOfClass(probe?.facts.classNames ?? null, label);
}

/** What the maps of a picture reach at one epoch. */
interface Reach {
  /** The known shares of the unoccluded activation. */
  shares: Float64Array;
  /** Largest loss or gain of probability. */
  loss: number;
  /** How often each class is the most probable. */
  classes: Map<number, number>;
}

const known = new WeakMap<OcclusionRecord, Map<number, Reach>>();

export function reachOf(record: OcclusionRecord, place: number): Reach {
  const places = known.get(record) ?? new Map<number, Reach>();
  known.set(record, places);
  let reach = places.get(place);
  if (!reach) {
    const grids = record.grids(place);
    reach = { shares: activationShares(record, place).filter((share) => !Number.isNaN(share)), loss: 0, classes: new Map() };
    for (const value of grids.probability) reach.loss = Math.max(reach.loss, Math.abs(lossOf(record, place, value)) || 0);
    for (const label of classesAt({ facts: record.facts, grids }))
      if (!Number.isNaN(label)) reach.classes.set(label, (reach.classes.get(label) ?? 0) + 1);
    places.set(place, reach);
  }
  return reach;
}

/** What all runs and epochs have in common, so that they compare. */
export interface Common {
  /** Epochs that the scales were taken over. */
  epochs: number;
  classScale: Scale;
  /** Of shares; 1 lies on it. */
  mapScale: Scale;
  /** Colours of the most frequent classes, by name. */
  colours: ReadonlyMap<string, string>;
}

/** Okabe and Ito: told apart with any colour vision. */
const PALETTE = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"];
/** Classes that the palette has no colour for. */
export const OTHER = "#8a8a8a";

/** Beyond either end of the scale of shares lies so much of them: a few positions do more than all others. */
const BEYOND = 0.01;
/** The scale spans at least so much: what changes less does not change. */
const LEAST_SPAN = 0.01;

/** A scale of shares that 1 lies on. */
export function shareScale(records: readonly Float64Array[]): Scale {
  const all = new Float64Array(records.reduce((sum, { length }) => sum + length, 0));
  records.reduce((from, shares) => (all.set(shares, from), from + shares.length), 0);
  all.sort();
  const beyond = Math.floor(BEYOND * all.length);
  return sequential(Math.min(1 - LEAST_SPAN, all[beyond] ?? 1), Math.max(1, all[all.length - 1 - beyond] ?? 1));
}

/** Taken over all records of the picture that are here. */
export function commonOf(indexes: readonly RunIndex[], layer: string, image: number): Common {
  let loss = 0;
  const shares: Float64Array[] = [];
  const counts = new Map<string, number>();
  for (const index of indexes) {
    const series = occlusionSeries(index, layer);
    for (let at = 0; series && at < series.steps.length; at++) {
      const record = soundRecord(series, at);
      const place = record?.facts.images.indexOf(image) ?? -1;
      if (!record || place < 0) continue;
      const reach = reachOf(record, place);
      shares.push(reach.shares);
      loss = Math.max(loss, reach.loss);
      const probe = probeAt(index, series.steps[at] ?? 0, "occlusion");
      for (const [label, times] of reach.classes) {
        const name = classNameOf(probe, label);
        counts.set(name, (counts.get(name) ?? 0) + times);
      }
    }
  }
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).slice(0, PALETTE.length);
  return {
    epochs: shares.length,
    classScale: heatMode.value === "drop" ? diverging(loss) : sequential(0, 1),
    mapScale: shareScale(shares),
    colours: new Map(frequent.map(([name], at) => [name, PALETTE[at] ?? OTHER])),
  };
}
