/** Values at positions as pixels: the mean over rectangles of positions, in the colours of a scale. */

import { cividis } from "./colourMaps";
import type { Spans } from "./positions";

const LEVELS = 256;

/** Transparent; and the stripes of what is missing, in a grey that no scale has. */
const NOTHING = 0;
const STRIPE = pack(128, 128, 128);

function pack(red: number, green: number, blue: number): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** An opaque pixel as a little-endian word, from "#rrggbb" or "rgb(r, g, b)". */
export function pixelOf(colour: string): number {
  const parts = colour.startsWith("#") ? colour.match(/[0-9a-f]{2}/gi)?.map((hex) => parseInt(hex, 16)) : colour.match(/\d+/g)?.map(Number);
  const [red = 0, green = 0, blue = 0] = parts ?? [];
  return pack(red, green, blue);
}

export interface Scale {
  low: number;
  high: number;
  colour: (share: number) => string;
}

/** Low is blue, high is yellow. */
export function sequential(low: number, high: number): Scale {
  return { low, high, colour: cividis };
}

/** From red over white to blue: the ends of ColorBrewer's RdBu with eight steps. */
const RED = [178, 24, 43];
const WHITE = [247, 247, 247];
const BLUE = [33, 102, 172];

function redToBlue(share: number): string {
  const part = Math.abs(2 * share - 1);
  const end = share < 0.5 ? RED : BLUE;
  return `rgb(${end.map((channel, at) => Math.round(part * channel + (1 - part) * (WHITE[at] ?? 0))).join()})`;
}

/** Centred on zero, which is white; the positive end is blue, as what is lost is in the sequential scale. */
export function diverging(largest: number): Scale {
  const end = largest || 1;
  return { low: -end, high: end, colour: redToBlue };
}

const ramps = new Map<Scale["colour"], Uint32Array>();

function rampOf(colour: Scale["colour"]): Uint32Array {
  const ramp = ramps.get(colour) ?? Uint32Array.from({ length: LEVELS }, (_, at) => pixelOf(colour(at / (LEVELS - 1))));
  ramps.set(colour, ramp);
  return ramp;
}

/** The pixel of a value; what lies beyond the scale has the colour of its end. */
export function colourer({ low, high, colour }: Scale): (value: number) => number {
  const ramp = rampOf(colour);
  const span = high > low ? high - low : 1;
  return (value) => ramp[Math.round((LEVELS - 1) * Math.min(1, Math.max(0, (value - low) / span)))] as number;
}

/** Sums of a grid over rectangles, of the values that are finite. */
class Sums {
  readonly #sums: Float64Array;
  readonly #counts: Int32Array;
  readonly #width: number;

  constructor(values: ArrayLike<number>, rows: number, cols: number) {
    this.#width = cols + 1;
    this.#sums = new Float64Array((rows + 1) * this.#width);
    this.#counts = new Int32Array(this.#sums.length);
    for (let row = 0; row < rows; row++) {
      let [sum, count] = [0, 0];
      for (let col = 0; col < cols; col++) {
        const value = values[row * cols + col] as number;
        if (Number.isFinite(value)) {
          sum += value;
          count++;
        }
        const at = (row + 1) * this.#width + col + 1;
        this.#sums[at] = sum + (this.#sums[at - this.#width] as number);
        this.#counts[at] = count + (this.#counts[at - this.#width] as number);
      }
    }
  }

  /** Mean over rows and columns from `top`, `left` up to but not `bottom`, `right`; NaN where none is finite. */
  mean(top: number, bottom: number, left: number, right: number): number {
    const [a, b, c, d] = [bottom * this.#width + right, top * this.#width + right, bottom * this.#width + left, top * this.#width + left];
    const over = (of: Float64Array | Int32Array) => (of[a] as number) - (of[b] as number) - (of[c] as number) + (of[d] as number);
    return over(this.#sums) / over(this.#counts);
  }
}

function pixelAt(mean: number, colour: (value: number) => number | null): number | null {
  return Number.isNaN(mean) ? null : colour(mean);
}

/**
 * Pixels [rows.length, cols.length] of values at positions; transparent where there is no position, striped
 * where the value is missing.
 *
 * @param colour the pixel of a value, or null where it has none
 */
export function raster(values: ArrayLike<number>, rows: Spans, cols: Spans, across: number, colour: (value: number) => number | null): Uint32Array<ArrayBuffer> {
  const [height, width] = [rows.from.length, cols.from.length];
  const sums = new Sums(values, Math.floor(values.length / across), across);
  const pixels = new Uint32Array(height * width);
  // Neighbouring pixels mostly show the same positions: a line of them is worked out once.
  let line: (number | null)[] = [];
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [rows.from[y] as number, rows.to[y] as number];
    if (y === 0 || top !== rows.from[y - 1] || bottom !== rows.to[y - 1]) {
      line = [];
      for (let x = 0; x < width; x++) {
        const [left, right] = [cols.from[x] as number, cols.to[x] as number];
        if (top >= bottom || left >= right) line.push(NOTHING);
        else if (x > 0 && left === cols.from[x - 1] && right === cols.to[x - 1]) line.push(line[x - 1] as number | null);
        else line.push(pixelAt(sums.mean(top, bottom, left, right), colour));
      }
    }
    for (let x = 0; x < width; x++) pixels[y * width + x] = line[x] ?? ((x + y) % 6 < 2 ? STRIPE : NOTHING);
  }
  return pixels;
}
