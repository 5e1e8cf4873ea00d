/** Builders for the tests: a kernel, facts, an answer of the blobs route. */

import type { FilterFacts, Kernel } from "../src/data/manifest";
import type { Series } from "../src/data/index";

/** A kernel whose weight is given by row, column, channel and filter. */
export function kernel(
  [height, width, channels, filters]: [number, number, number, number],
  weight: (row: number, column: number, channel: number, filter: number) => number,
): Kernel {
  const values = new Float32Array(height * width * channels * filters);
  let at = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      for (let channel = 0; channel < channels; channel++)
        for (let filter = 0; filter < filters; filter++) values[at++] = weight(row, column, channel, filter);
  return { values, height, width, channels, filters };
}

export function facts(changes: Partial<FilterFacts> = {}): FilterFacts {
  return {
    layer: "conv1", weight: "kernel", rms: [1], norm: [1], maxAbs: 1, nonfinite: 0,
    seesImage: true, channelOrder: "RGB", channelScale: null, ...changes,
  };
}

export function series(steps: number[], changes: Partial<Series> = {}): Series {
  return {
    run: "a/convvis", tag: "convvis/filters/conv1", kind: "filters", subject: "conv1",
    steps, wire: steps, walls: steps.map((step) => 1_700_000_000 + step), logged: steps.length, error: null, ...changes,
  };
}

/** An answer of the blobs route with this header and these bytes behind it. */
export function container(header: unknown, blobs: Uint8Array = new Uint8Array()): ArrayBuffer {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(4 + json.length + blobs.length);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  bytes.set(blobs, 4 + json.length);
  return bytes.buffer;
}
