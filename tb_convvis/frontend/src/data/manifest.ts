/** Blob 0 of every record: what the other blobs are, and the small facts of its kind. */

import { type Guard, Malformed, bool, count, fields, finite, list, nullable, optional, parseJson, text, oneOf } from "../lib/guards";

export interface BlobInfo {
  size: number;
  shape: number[];
  dtype: string | null;
  crc32: number | null;
}

export interface Manifest {
  kind: string;
  logged: number;
  blobs: BlobInfo[];
  facts: unknown;
}

export interface FilterFacts {
  layer: string;
  weight: string;
  /** Per filter; NaN where it was not finite when it was logged. */
  rms: number[];
  norm: number[];
  maxAbs: number;
  nonfinite: number;
  seesImage: boolean;
  channelOrder: "RGB" | "BGR";
  channelScale: number[] | null;
}

export interface Failure {
  view: string;
  layer: string | null;
  reason: string;
}

export interface StatusFacts {
  failures: Failure[];
  notes: string[];
}

const blobInfo: Guard<BlobInfo> = fields<BlobInfo>({
  size: count,
  shape: optional(list(count), []),
  dtype: optional(nullable(text), null),
  crc32: optional(nullable(count), null),
});

const manifest = fields<Manifest>({
  kind: text,
  logged: count,
  blobs: list(blobInfo),
  facts: (value) => value,
});

/** Infinite and undefined statistics are written as null. */
export const statistic: Guard<number> = (value, at) => (value === null ? Number.NaN : finite(value, at));

export function parseManifest(data: Uint8Array): Manifest {
  return parseJson(new TextDecoder().decode(data), manifest, "manifest");
}

export const filterFacts: Guard<FilterFacts> = (value, at) => {
  const facts = fields<{
    layer: string;
    weight: string;
    rms: number[];
    norm: number[];
    max_abs: number;
    nonfinite: number;
    sees_image: boolean;
    channel_order: "RGB" | "BGR";
    channel_scale: number[] | null;
  }>({
    layer: text,
    weight: optional(text, "kernel"),
    rms: list(statistic),
    norm: list(statistic),
    max_abs: optional(finite, 0),
    nonfinite: optional(count, 0),
    sees_image: optional(bool, false),
    channel_order: optional(oneOf("RGB", "BGR"), "RGB"),
    channel_scale: optional(nullable(list(finite)), null),
  })(value, at);
  return {
    layer: facts.layer,
    weight: facts.weight,
    rms: facts.rms,
    norm: facts.norm,
    maxAbs: facts.max_abs,
    nonfinite: facts.nonfinite,
    seesImage: facts.sees_image,
    channelOrder: facts.channel_order,
    channelScale: facts.channel_scale,
  };
};

export const statusFacts: Guard<StatusFacts> = fields<StatusFacts>({
  failures: optional(
    list(fields<Failure>({ view: optional(text, ""), layer: optional(nullable(text), null), reason: text })),
    [],
  ),
  notes: optional(list(text), []),
});

/** Names of the network's layers in its own order; empty where the record does not say. */
export const layerOrder: Guard<string[]> = (value, at) =>
  fields({ layers: optional(list(fields({ name: text })), []) })(value, at).layers.map((layer) => layer.name);

/** The float32 kernel in a blob: [height, width, input channels, filters]. */
export interface Kernel {
  values: Float32Array;
  height: number;
  width: number;
  channels: number;
  filters: number;
}

export function parseKernel(info: Omit<BlobInfo, "crc32">, data: Uint8Array<ArrayBuffer>): Kernel {
  const [height = 0, width = 0, channels = 0, filters = 0] = info.shape;
  if (info.dtype !== "float32" || info.shape.length !== 4)
    throw new Malformed(`kernel: expected float32 with four axes, received ${info.dtype} with ${info.shape.length}`);
  const length = height * width * channels * filters;
  if (length === 0 || data.byteLength !== 4 * length)
    throw new Malformed(`kernel: expected ${4 * length} bytes, received ${data.byteLength}`);
  // A copy: the blob need not stand on a multiple of four, and the answer it is part of can then be let go.
  return { values: new Float32Array(data.slice().buffer), height, width, channels, filters };
}
