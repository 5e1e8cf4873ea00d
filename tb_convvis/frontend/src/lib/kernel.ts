/** A kernel as picture: v = .5 + w/(2M), so that a zero weight is mid-grey. */

import type { FilterFacts, Kernel } from "../data/manifest";

export interface Display {
  /** One colour tile per filter; else one grey tile per pair of input channel and filter. */
  colour: boolean;
  /** Which channel of the kernel is drawn in which place: undoes BGR. */
  order: number[];
  /** By what each channel of the kernel is divided to act on the picture as it is. */
  divisor: number[] | null;
}

export function canColour(facts: FilterFacts, channels: number): boolean {
  return facts.seesImage && channels === 3;
}

export function displayOf(facts: FilterFacts, channels: number, wantColour: boolean): Display {
  const order = Array.from({ length: channels }, (_, i) => i);
  const image = canColour(facts, channels);
  const scale = facts.channelScale;
  const usable = facts.seesImage && scale?.length === channels && scale.every((value) => value > 0);
  return {
    colour: image && wantColour,
    order: image && facts.channelOrder === "BGR" ? order.reverse() : order,
    divisor: usable && new Set(scale).size > 1 ? scale : null,
  };
}

/** Byte of a weight on the scale from -m (0) over zero (mid-grey) to m (255); -1 where it is not finite. */
export function byteOf(weight: number, m: number): number {
  if (!Number.isFinite(weight)) return -1;
  if (m <= 0) return 128;
  return Math.round(255 * Math.min(1, Math.max(0, 0.5 + weight / (2 * m))));
}

/** Largest finite magnitude of each filter, as it acts on the picture. */
export function filterMaxima(kernel: Kernel, divisor: number[] | null): Float64Array {
  const { values, channels, filters } = kernel;
  const maxima = new Float64Array(filters);
  for (let at = 0; at < values.length; at++) {
    const filter = at % filters;
    const channel = Math.floor(at / filters) % channels;
    const size = Math.abs(values[at] as number) / (divisor?.[channel] ?? 1);
    if (size > (maxima[filter] as number) && size < Infinity) maxima[filter] = size;
  }
  return maxima;
}

/** Not finite: a colour that no weight is drawn in. */
const NOT_FINITE = pack(224, 0, 160);

function pack(red: number, green: number, blue: number): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

export interface Tiles {
  height: number;
  width: number;
  filters: number;
  /** Tiles of one filter: 1 in colour, else one per input channel. */
  perFilter: number;
  /** RGBA as little-endian words: [filter, tile, row, column]. */
  pixels: Uint32Array;
}

/**
 * The tiles of some filters of a kernel.
 *
 * @param maxima the M of each filter of the kernel: all the same for the scale of the layer
 * @param only the filters wanted; all where not given
 */
export function tilesOf(kernel: Kernel, display: Display, maxima: ArrayLike<number>, only?: readonly number[]): Tiles {
  const { values, height, width, channels, filters } = kernel;
  const chosen = only ?? Array.from({ length: filters }, (_, i) => i);
  const perFilter = display.colour ? 1 : channels;
  const area = height * width;
  const pixels = new Uint32Array(chosen.length * perFilter * area);
  let out = 0;
  for (const filter of chosen) {
    const m = maxima[filter] ?? 0;
    const byte = (cell: number, place: number) => {
      const channel = display.order[place] ?? place;
      const weight = values[(cell * channels + channel) * filters + filter] as number;
      return byteOf(weight / (display.divisor?.[channel] ?? 1), m);
    };
    if (display.colour) {
      for (let cell = 0; cell < area; cell++) {
        const red = byte(cell, 0);
        const green = byte(cell, 1);
        const blue = byte(cell, 2);
        pixels[out++] = Math.min(red, green, blue) < 0 ? NOT_FINITE : pack(red, green, blue);
      }
    } else {
      for (let place = 0; place < channels; place++)
        for (let cell = 0; cell < area; cell++) {
          const grey = byte(cell, place);
          pixels[out++] = grey < 0 ? NOT_FINITE : pack(grey, grey, grey);
        }
    }
  }
  return { height, width, filters: chosen.length, perFilter, pixels };
}

/** The finite weights of one filter, as they act on the picture. */
export function filterWeights({ values, channels, filters }: Kernel, divisor: number[] | null, filter: number): number[] {
  const weight = (_: unknown, at: number) => (values[at * filters + filter] as number) / (divisor?.[at % channels] ?? 1);
  return Array.from({ length: values.length / filters }, weight).filter(Number.isFinite);
}
