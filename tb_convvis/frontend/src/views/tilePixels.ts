/** Pixels of projections as they are drawn, read back from the decoded pictures. */

import type { Rect } from "../lib/mosaic";

let reader: OffscreenCanvasRenderingContext2D | null = null;

/** RGBA of a part of a picture; null where the browser has no canvas for it. */
export function tilePixels(picture: ImageBitmap, { left, top, width, height }: Rect): Uint8ClampedArray | null {
  // One canvas for all of them: a new one costs more than reading it.
  reader ??= new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!reader) return null;
  if (reader.canvas.width < width) reader.canvas.width = width;
  if (reader.canvas.height < height) reader.canvas.height = height;
  reader.clearRect(0, 0, width, height);
  reader.drawImage(picture, left, top, width, height, 0, 0, width, height);
  return reader.getImageData(0, 0, width, height).data;
}
