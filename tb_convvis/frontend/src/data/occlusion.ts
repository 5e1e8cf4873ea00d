/** The records of occlusion maps: what covering part of a picture does, position by position. */

import { type Guard, Malformed, bool, count, fields, finite, list, nullable, oneOf, optional, text } from "../lib/guards";
import type { Positions } from "../lib/positions";
import { type Manifest, statistic } from "./manifest";
import { type ProjectionFacts, type Size, TopNumbers, type Windowed, positive, size } from "./top";

export interface OcclusionFacts extends Positions, ProjectionFacts, Windowed {
  layer: string;
  /** Numbers of the occluded pictures in the probe set; what follows is per occluded picture. */
  images: number[];
  /** The class whose probability is mapped: the true one where `labelled`, else the one predicted at the epoch. */
  labels: number[];
  labelled: boolean;
  probability: number[];
  topClass: number[];
  activation: number[];
  strongestMap: number[];
  classes: number;
  stride: Size;
  /** Of the occluder: its value in the range of the input, and its colour as pictures are drawn. */
  value: number[];
  colour: number[];
  scores: string;
  way: "incremental" | "plain";
  reason: string;
}

interface Wire extends Omit<OcclusionFacts, "probability" | "topClass" | "activation" | "strongestMap" | "tiles"> {
  unoccluded_probability: number[];
  unoccluded_class: number[];
  unoccluded_activation: number[];
  strongest_map: number[];
  window: Size | null;
}

/** Edges of the rows or columns of positions. */
const edges: Guard<number[]> = (value, at) => {
  const all = list(count)(value, at);
  if (all.length === 0 || all.some((edge, place) => place > 0 && edge <= (all[place - 1] ?? 0)))
    throw new Malformed(`${at}: expected edges in ascending order`);
  return all;
};

const facts: Guard<OcclusionFacts> = (value, at) => {
  const wire = fields<Wire>({
    layer: text,
    images: list(count),
    labels: list(count),
    labelled: bool,
    classes: positive,
    rows: edges,
    cols: edges,
    size,
    stride: size,
    value: optional(list(finite), []),
    colour: list(count),
    unoccluded_probability: list(statistic),
    unoccluded_class: list(finite),
    unoccluded_activation: list(statistic),
    strongest_map: list(count),
    scores: optional(text, ""),
    way: oneOf("incremental", "plain"),
    reason: optional(text, ""),
    k: positive,
    columns: list(text),
    rule: optional(text, ""),
    extended: optional(list(text), []),
    refused: optional(nullable(text), null),
    window: optional(nullable(size), null),
    display: optional(text, ""),
  })(value, at);
  const { unoccluded_probability, unoccluded_class, unoccluded_activation, strongest_map, window, ...rest } = wire;
  const perPicture = [wire.labels, unoccluded_probability, unoccluded_class, unoccluded_activation, strongest_map];
  if (perPicture.some(({ length }) => length !== wire.images.length))
    throw new Malformed(`${at}: not everything is said of each of the ${wire.images.length} pictures`);
  const drawn = wire.refused === null && window !== null;
  const tiles = drawn ? { window, ...fields({ block: optional(positive, 1), tile: size })(value, at) } : null;
  return {
    ...rest,
    probability: unoccluded_probability,
    topClass: unoccluded_class,
    activation: unoccluded_activation,
    strongestMap: strongest_map,
    tiles,
  };
};

/** What is known of one occluded picture at every position, row by row. */
export interface PictureGrids {
  probability: Float32Array;
  topClass: Int32Array;
  activation: Float32Array;
}

export class OcclusionRecord {
  readonly facts: OcclusionFacts;
  /** The strongest activations: slot 0 is that in the occluded picture itself. */
  readonly numbers: TopNumbers;
  readonly #grids: PictureGrids;
  readonly #area: number;

  constructor(manifest: Manifest, blobs: readonly Uint8Array[]) {
    this.facts = facts(manifest.facts, "manifest");
    const { rows, cols, images, k, columns } = this.facts;
    this.#area = rows.length * cols.length;
    const shape = String([images.length, rows.length, cols.length]);
    const bytes = (at: number, dtype: string): ArrayBuffer => {
      const info = manifest.blobs[at];
      if (info?.dtype !== dtype || String(info.shape) !== shape || blobs[at]?.byteLength !== 4 * images.length * this.#area)
        throw new Malformed(`grid ${at + 1}: expected ${dtype} [${shape}], received ${info?.dtype} [${info?.shape}], ${blobs[at]?.byteLength} bytes`);
      // A copy: the blob need not stand on a multiple of four.
      return blobs[at].slice().buffer as ArrayBuffer;
    };
    this.#grids = {
      probability: new Float32Array(bytes(0, "float32")),
      topClass: new Int32Array(bytes(1, "int32")),
      activation: new Float32Array(bytes(2, "float32")),
    };
    this.numbers = new TopNumbers({ maps: images, k, columns }, blobs[3] ?? new Uint8Array());
  }

  /** @param place position of the picture among the occluded ones */
  grids(place: number): PictureGrids {
    const [from, to] = [place * this.#area, (place + 1) * this.#area];
    const { probability, topClass, activation } = this.#grids;
    return { probability: probability.subarray(from, to), topClass: topClass.subarray(from, to), activation: activation.subarray(from, to) };
  }
}
