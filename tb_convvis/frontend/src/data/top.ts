/** The records of features: strongest activations, the strengths of all maps, the pictures they came from. */

import { type Guard, Malformed, count, fields, finite, list, nullable, optional, text } from "../lib/guards";
import type { Rect } from "../lib/mosaic";
import type { BlobInfo } from "./manifest";

export type Size = readonly [height: number, width: number];

/** How what excites maps is told, in a table and in projections. */
export interface ProjectionFacts {
  k: number;
  columns: string[];
  rule: string;
  extended: string[];
  refused: string | null;
  display: string;
}

export interface TopFacts extends ProjectionFacts {
  layer: string;
  /** The drawn maps, by their number in the layer. */
  maps: number[];
  of: number;
  /** Path of the convolution that makes the maps; null where that is not known. */
  convolution: string | null;
  /** How the projections are laid out; null where there are none. */
  tiles: {
    window: Size;
    block: number;
    tile: Size;
    across: number;
    overviewTile: Size;
    overviewAcross: number;
  } | null;
}

export const size: Guard<Size> = (value, at) => {
  const [height, width, more] = list(count)(value, at);
  if (!height || !width || more !== undefined) throw new Malformed(`${at}: expected [height, width]`);
  return [height, width];
};

export const positive: Guard<number> = (value, at) => {
  const number = count(value, at);
  if (number === 0) throw new Malformed(`${at}: expected at least 1, received 0`);
  return number;
};

export const topFacts: Guard<TopFacts> = (value, at) => {
  const facts = fields<Omit<TopFacts, "tiles"> & { window: Size | null }>({
    layer: text,
    maps: list(count),
    of: count,
    convolution: optional(nullable(text), null),
    k: positive,
    columns: list(text),
    rule: optional(text, ""),
    extended: optional(list(text), []),
    refused: optional(nullable(text), null),
    display: optional(text, ""),
    window: optional(nullable(size), null),
  })(value, at);
  const { window, ...rest } = facts;
  if (facts.refused !== null || window === null) return { ...rest, tiles: null };
  const tiles = fields<{ block: number; tile: Size; tiles_across: number; overview_tile: Size; overview_across: number }>({
    block: optional(positive, 1),
    tile: size,
    tiles_across: positive,
    overview_tile: size,
    overview_across: positive,
  })(value, at);
  return {
    ...rest,
    tiles: {
      window,
      block: tiles.block,
      tile: tiles.tile,
      across: tiles.tiles_across,
      overviewTile: tiles.overview_tile,
      overviewAcross: tiles.overview_across,
    },
  };
};

/** One activation: how strong, and of what. */
export interface Entry {
  value: number;
  /** Number of the picture in the probe set; -1 where the map has no more. */
  image: number;
  row: number;
  col: number;
  top: number;
  left: number;
  scale: number;
}

const COLUMNS = ["value", "image", "row", "col", "top", "left", "scale"] as const;

/** Whether some picture of the probe set excites a map; "not finite" where none of its activations is a finite number. */
export type MapState = "alive" | "dead" | "not finite";

/** @param strength the strongest activation; callbacks log -Infinity where none is finite */
export function stateOf(strength: number): MapState {
  if (!Number.isFinite(strength)) return "not finite";
  return strength > 0 ? "alive" : "dead";
}

/** The activations in a blob: [maps, k, columns]. */
export class TopNumbers {
  readonly #values: Float32Array;
  readonly #k: number;
  readonly #columns: number;
  /** Where each of `COLUMNS` stands; -1 where it is lacking. */
  readonly #places: number[];
  readonly #entries: Entry[] = [];

  constructor({ maps, k, columns }: Pick<TopFacts, "maps" | "k" | "columns">, data: Uint8Array) {
    const length = maps.length * k * columns.length;
    if (data.byteLength !== 4 * length)
      throw new Malformed(`activations: expected ${4 * length} bytes, received ${data.byteLength}`);
    this.#values = new Float32Array(data.slice().buffer);
    this.#k = k;
    this.#columns = columns.length;
    this.#places = COLUMNS.map((name) => columns.indexOf(name));
    for (const name of ["value", "image"])
      if (!columns.includes(name)) throw new Malformed(`activations: there is no column ${name}`);
  }

  /** @param map position among the drawn maps */
  at(map: number, slot: number): Entry {
    const number = map * this.#k + slot;
    return (this.#entries[number] ??= this.#read(number * this.#columns));
  }

  #read(start: number): Entry {
    const [value, image, row, col, top, left, scale] = this.#places.map((place) =>
      place < 0 ? Number.NaN : (this.#values[start + place] ?? Number.NaN),
    ) as [number, number, number, number, number, number, number];
    return { value, image: Number.isInteger(image) && image >= 0 ? image : -1, row, col, top, left, scale };
  }

  /** @param map position among the drawn maps */
  state(map: number): MapState {
    return stateOf(this.at(map, 0).value);
  }
}

/** What is known of the windows of projections; null where there are none. */
export interface Windowed {
  tiles: { window: Size; block: number; tile: Size } | null;
}

/** The window of an activation in its picture; the whole picture where none was logged. */
export function windowOf(facts: Windowed, entry: Entry, picture: Size): Rect {
  if (!facts.tiles || !Number.isFinite(entry.top) || !Number.isFinite(entry.left))
    return { left: 0, top: 0, width: picture[1], height: picture[0] };
  return { left: entry.left, top: entry.top, width: facts.tiles.window[1], height: facts.tiles.window[0] };
}

export interface ProbeFacts {
  count: number;
  /** How many pictures were searched: these, or more of which these are the strongest. */
  searched: number;
  drawnFrom: number;
  labels: (number | null)[];
  classNames: string[] | null;
  display: string;
  size: Size;
}

export const probeFacts: Guard<ProbeFacts> = (value, at) => {
  const facts = fields<{
    count: number;
    searched: number;
    drawn_from: number;
    labels: (number | null)[];
    class_names: string[] | null;
    display: string;
    size: Size;
  }>({
    count,
    searched: optional(count, 0),
    drawn_from: optional(count, 0),
    labels: optional(list(nullable(finite)), []),
    class_names: optional(nullable(list(text)), null),
    display: optional(text, ""),
    size,
  })(value, at);
  const { drawn_from, class_names, ...rest } = facts;
  return { ...rest, drawnFrom: drawn_from, classNames: class_names };
};

/** The class of a picture in words, or null where it is not known. */
export function className({ labels, classNames }: ProbeFacts, image: number): string | null {
  const label = labels[image] ?? null;
  return label === null ? null : nameOfClass(classNames, label);
}

export function nameOfClass(classNames: readonly string[] | null, label: number): string {
  return classNames?.[label] ?? `class ${label}`;
}

export interface StrengthFacts {
  /** How many maps have another strongest picture than at the log before. */
  jumps: number | null;
  /** Of how many: those alive at both logs. Null at the first, and in older logs, which counted deaths as jumps. */
  alive: number | null;
  weightChange: number | null;
  projectionChange: number | null;
  comparable: number;
}

export const strengthFacts: Guard<StrengthFacts> = (value, at) => {
  const facts = fields<{
    jumps: number | null;
    alive: number | null;
    weight_change: number | null;
    projection_change: number | null;
    comparable: number;
  }>({
    jumps: optional(nullable(count), null),
    alive: optional(nullable(count), null),
    weight_change: optional(nullable(finite), null),
    projection_change: optional(nullable(finite), null),
    comparable: optional(count, 0),
  })(value, at);
  return {
    jumps: facts.jumps,
    alive: facts.alive,
    weightChange: facts.weight_change,
    projectionChange: facts.projection_change,
    comparable: facts.comparable,
  };
};

/** Per map of a layer, drawn or not. */
export interface Strengths {
  value: Float32Array;
  deadShare: Float32Array;
  /** Number of the strongest picture. */
  image: Int32Array;
  /** 1 - cosine of a projection with that of the previous log; NaN where it is not known. */
  change: Float32Array;
}

export function parseStrengths(infos: readonly BlobInfo[], blobs: readonly Uint8Array[]): Strengths {
  const maps = infos[0]?.shape[0] ?? 0;
  const array = (at: number, dtype: string): ArrayBuffer => {
    const data = blobs[at];
    if (data?.byteLength !== 4 * maps || infos[at]?.dtype !== dtype)
      throw new Malformed(`strengths: expected ${4 * maps} bytes of ${dtype}, received ${data?.byteLength ?? 0}`);
    return data.slice().buffer as ArrayBuffer;
  };
  return {
    value: new Float32Array(array(0, "float32")),
    deadShare: new Float32Array(array(1, "float32")),
    image: new Int32Array(array(2, "int32")),
    change: infos.length > 3 ? new Float32Array(array(3, "float32")) : new Float32Array(maps).fill(Number.NaN),
  };
}

/** Whether a map's strongest picture is another one than before; not for maps that no picture excites. */
export function hasJumped(before: Strengths | null, now: Strengths | null, map: number): boolean {
  if (!before || !now || !((before.value[map] ?? 0) > 0) || !((now.value[map] ?? 0) > 0)) return false;
  return before.image[map] !== now.image[map];
}
