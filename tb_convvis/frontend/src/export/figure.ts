/** A figure: what stands where. raster.ts makes a PNG of it, svg.ts an SVG; a view describes it once for both. */

import type { Rect } from "../lib/mosaic";

/** What a figure is made for. */
export interface Sheet {
  /** In dots. */
  width: number;
  /** Dots per inch: 96 for the screen. */
  dpi: number;
  /** Height of its text in dots. */
  text: number;
}

export type Picture = ImageBitmap | OffscreenCanvas;

/** Lengths are in dots. */
export type Item =
  /** Part of a picture, enlarged or made smaller. */
  | { kind: "picture"; picture: Picture; from: Rect; to: Rect }
  /** A path as in SVG, from an origin. */
  | { kind: "path"; d: string; x: number; y: number; fill?: Paint; stroke?: Paint; width?: number; dash?: string }
  /** One line; `y` is that of its base line. */
  | { kind: "text"; text: string; x: number; y: number; size: number; bold?: boolean; anchor?: "start" | "middle" | "end" };

export interface Paint {
  /** As #rrggbb. */
  colour: string;
  /** From 0 to 1. */
  alpha: number;
}

/** What is told of where something comes from: names and values. */
export type Facts = readonly (readonly [name: string, value: string])[];

export interface Figure extends Sheet {
  height: number;
  items: Item[];
  title: string;
  facts: Facts;
  /** What the name of the file is made of. */
  name: readonly string[];
}

/** A figure before anything stands on it. */
export type Frame = Omit<Figure, "height" | "items">;

export const FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif";

/** Columns of a paper in inches, as journals and conferences have them. */
export const COLUMNS = { single: 3.25, double: 6.875 };

export function screenSheet(width: number): Sheet {
  return { width, dpi: 96, text: 12 };
}

/** A column of a paper in dots of a usual printer, with text of 7 points. */
export function paperSheet(inches: number): Sheet {
  return { width: inches * 300, dpi: 300, text: 29 };
}

export function box({ left, top, width, height }: Rect, paint: { fill?: Paint; stroke?: Paint; width?: number }): Item {
  return { kind: "path", d: `M0 0h${width}v${height}h${-width}z`, x: left, y: top, ...paint };
}

/** Dots between two lines of a hatching, and how wide they are: shares of the shorter side, and the least. */
const PITCH = { share: 1 / 12, least: 5 };
const LINE = 1 / 9;

/** A rectangle filled with slanting lines; crossed, with such in both directions. */
export function hatched({ left, top, width, height }: Rect, colour: string, crossed: boolean): Item[] {
  const pitch = Math.max(PITCH.least, PITCH.share * Math.min(width, height));
  const lines: string[] = [];
  for (let sum = pitch / 2; sum < width + height; sum += pitch) {
    // The line on which x + y is the same, from its upper end to its lower one.
    const [x1, y1] = [Math.min(sum, width), Math.max(0, sum - width)];
    const [x2, y2] = [Math.max(0, sum - height), Math.min(sum, height)];
    lines.push(`M${x1} ${y1}L${x2} ${y2}`);
    if (crossed) lines.push(`M${width - x1} ${y1}L${width - x2} ${y2}`);
  }
  const stroke = { colour, alpha: 1 };
  const wide = LINE * pitch;
  return [
    { kind: "path", d: lines.join(""), x: left, y: top, stroke, width: wide },
    box({ left, top, width, height }, { stroke, width: wide }),
  ];
}

/** Whole multiples keep every pixel of the source a square; all else is smoothed. */
export function isExact({ from, to }: { from: Rect; to: Rect }): boolean {
  return to.width % from.width === 0 && to.height % from.height === 0;
}

/** Breaks words into lines that are no wider than the room; a word that is wider is broken. */
export function wrap(text: string, room: number, wide: (text: string) => number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    let next = line ? `${line} ${word}` : word;
    if (line && wide(next) > room) {
      lines.push(line);
      next = word;
    }
    while (wide(next) > room && next.length > 1) {
      let cut = next.length - 1;
      while (cut > 1 && wide(next.slice(0, cut)) > room) cut--;
      lines.push(next.slice(0, cut));
      next = next.slice(cut);
    }
    line = next;
  }
  return line ? [...lines, line] : lines;
}

export function captionOf({ facts }: Pick<Figure, "facts">): string {
  return facts.map(([name, value]) => `${name} ${value}`).join("; ");
}

/** Measures a line of text. */
export function textMeasure(size: number, bold = false): (text: string) => number {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (context) context.font = `${bold ? "bold " : ""}${size}px ${FONT}`;
  // Fonts differ a little from one program to the next.
  return (text) => 1.03 * (context?.measureText(text).width ?? 0);
}

/** A text that is no wider than the room, its end cut off where it is. */
export function clip(text: string, room: number, wide: (text: string) => number): string {
  if (wide(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 0 && wide(`${letters.join("")}…`) > room) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}

/** The figure with its facts in lines below it. */
export function withCaption(figure: Figure): Figure {
  const size = Math.round(0.85 * figure.text);
  const lines = wrap(captionOf(figure), figure.width, textMeasure(size)).map((text, at): Item => ({
    kind: "text", text, size, x: 0, y: figure.height + Math.round((2 + 1.3 * at) * size),
  }));
  const height = figure.height + Math.ceil((1.4 + 1.3 * lines.length) * size);
  return { ...figure, height, items: [...figure.items, ...lines] };
}

/** Gives back the room that its pictures take. */
export function letGo({ items }: Figure): void {
  for (const item of items) if (item.kind === "picture" && item.picture instanceof ImageBitmap) item.picture.close();
}
