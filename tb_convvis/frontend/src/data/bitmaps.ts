/** Pictures out of records, decoded; those not used for long are let go. */

import { signal } from "@preact/signals";
import { Lru } from "../lib/lru";

const PNG = [0x89, 0x50];

/** Pictures are logged as PNG, which loses nothing, or as JPEG. */
export function isLossless(bytes: Uint8Array): boolean {
  return PNG.every((byte, at) => bytes[at] === byte);
}

/** Colours stay what was logged: no profile, no premultiplication. */
export function decode(bytes: Uint8Array<ArrayBuffer>, options: ImageBitmapOptions = {}): Promise<ImageBitmap> {
  const picture = new Blob([bytes], { type: isLossless(bytes) ? "image/png" : "image/jpeg" });
  return createImageBitmap(picture, { ...options, colorSpaceConversion: "none", premultiplyAlpha: "none" });
}

export class Bitmaps {
  readonly #ready: Lru<ImageBitmap | null>;
  readonly #decoding = new Set<string>();
  #told = 0;
  /** Counts, once a frame, that some were decoded. */
  readonly decoded = signal(0);

  /** @param capacity bytes of decoded pictures */
  constructor(capacity: number) {
    this.#ready = new Lru<ImageBitmap | null>(capacity, (bitmap) => bitmap?.close());
  }

  /** The picture if it is decoded; null where it cannot be; undefined while it is not yet. */
  get(key: string): ImageBitmap | null | undefined {
    return this.#ready.get(key);
  }

  /**
   * Starts decoding unless that was done or is going on; says whether it started.
   *
   * @param size [height, width] of the picture, with the longest side that it is to have: larger ones are made smaller
   */
  want(key: string, bytes: Uint8Array<ArrayBuffer>, size?: readonly [number, number], longest = Infinity): boolean {
    if (this.#ready.has(key) || this.#decoding.has(key)) return false;
    this.#decoding.add(key);
    const options: ImageBitmapOptions = {};
    const share = size ? longest / Math.max(...size) : 1;
    if (size && share < 1) {
      options.resizeHeight = Math.max(1, Math.round(share * size[0]));
      options.resizeWidth = Math.max(1, Math.round(share * size[1]));
      options.resizeQuality = "high";
    }
    decode(bytes, options).then(
      (bitmap) => this.#file(key, bitmap, 4 * bitmap.width * bitmap.height),
      () => this.#file(key, null, 64),
    );
    return true;
  }

  #file(key: string, bitmap: ImageBitmap | null, bytes: number): void {
    this.#decoding.delete(key);
    this.#ready.set(key, bitmap, bytes);
    if (this.#told !== 0) return;
    this.#told = requestAnimationFrame(() => {
      this.#told = 0;
      this.decoded.value++;
    });
  }
}
