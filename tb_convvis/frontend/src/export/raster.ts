/** Draws a figure into a PNG. */

import { FONT, type Figure, type Item, type Paint, captionOf, isExact } from "./figure";
import { withText } from "./png";

/** What browsers can draw: pixels a side, and in all. */
const MOST_SIDE = 16_384;
const MOST_PIXELS = 2 ** 28;

export function pixelSize({ width, height }: { width: number; height: number }, scale: number): [width: number, height: number] {
  return [Math.max(1, Math.floor(width * scale)), Math.max(1, Math.ceil(height * scale))];
}

export function fits(figure: { width: number; height: number }, scale: number): boolean {
  const [width, height] = pixelSize(figure, scale);
  return Math.max(width, height) <= MOST_SIDE && width * height <= MOST_PIXELS;
}

/** @param scale pixels per dot */
export async function toPng(figure: Figure, scale: number): Promise<Blob> {
  const [width, height] = pixelSize(figure, scale);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("The browser has no room for this picture.");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.scale(scale, scale);
  for (const item of figure.items) draw(context, item);
  const png = await canvas.convertToBlob({ type: "image/png" });
  const texts = [["Title", figure.title], ["Description", captionOf(figure)], ...figure.facts] as const;
  return withText(png, texts, figure.dpi * scale);
}

function draw(context: OffscreenCanvasRenderingContext2D, item: Item): void {
  if (item.kind === "picture") {
    const { picture, from, to } = item;
    context.imageSmoothingEnabled = !isExact(item);
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, from.left, from.top, from.width, from.height, to.left, to.top, to.width, to.height);
  } else if (item.kind === "text") {
    context.fillStyle = "#000000";
    context.font = `${item.bold ? "bold " : ""}${item.size}px ${FONT}`;
    context.textAlign = item.anchor === "middle" ? "center" : (item.anchor ?? "start");
    context.fillText(item.text, item.x, item.y);
  } else {
    const path = new Path2D(item.d);
    const paint = ({ colour, alpha }: Paint, how: () => void) => {
      context.fillStyle = context.strokeStyle = colour;
      context.globalAlpha = alpha;
      how();
      context.globalAlpha = 1;
    };
    context.save();
    context.translate(item.x, item.y);
    context.lineWidth = item.width ?? 1;
    context.setLineDash(item.dash?.split(/[\s,]+/).map(Number) ?? []);
    context.lineJoin = "round";
    if (item.fill) paint(item.fill, () => context.fill(path));
    if (item.stroke) paint(item.stroke, () => context.stroke(path));
    context.restore();
  }
}
