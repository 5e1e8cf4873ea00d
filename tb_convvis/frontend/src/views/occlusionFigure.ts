/** The five panels of an occluded picture as a figure, a row of them for each run. */

import { type Facts, type Figure, type Frame, type Item, box, clip, textMeasure } from "../export/figure";
import { tileInMap } from "../lib/mosaic";
import { frameOf } from "../lib/positions";
import { number } from "../lib/words";
import { className } from "../data/top";
import { heatMode, occluderAt } from "../settings";
import { type Common, OTHER, classNameOf, positionOf, reachOf } from "./occlusion";
import type { OcclusionTiles } from "./occlusionTiles";
import { isAnswered, percentOf } from "./occlusionWords";
import { MID_GREY, drawTile, placePatch } from "./paintFeatures";
import { NO_PICTURE, type Sheet, activationSheet, classSheet, fitted, occluderBox, paintSheet, probabilitySheet } from "./paintOcclusion";
import { patchLayout } from "./patchLayout";
import { scaleBar } from "./scaleFigure";

/** All panels stand in one row where each can be so wide, in heights of its text; else three. */
const LEAST = 11;
/** So many classes are named. */
const CLASSES = 6;
const BLACK = { colour: "#000000", alpha: 1 };

/** What the panels of a run are drawn with. */
interface Row {
  tiles: OcclusionTiles;
  common: Common;
  /** Side of a panel, and height of text, in dots. */
  side: number;
  text: number;
}

interface Panel {
  letter: string;
  title: string;
  detail: string;
  /** Drawn from a corner; `bottom` is where they end. */
  draw: (left: number, top: number) => { items: Item[]; bottom: number };
}

export function occlusionFigure(frame: Frame, rows: readonly OcclusionTiles[], common: Common): Figure {
  const { width, text } = frame;
  const gap = text;
  const across = (width + gap) / 5 - gap >= LEAST * text ? 5 : 3;
  const side = Math.floor((width - (across - 1) * gap) / across);
  const items: Item[] = [{ kind: "text", text: clip(frame.title, width, textMeasure(text, true)), x: 0, y: text, size: text, bold: true }];
  let top = 2 * text;
  for (const tiles of rows) {
    if (rows.length > 1) items.push({ kind: "text", text: clip(tiles.title, width, textMeasure(text)), x: 0, y: (top += text), size: text });
    const panels = panelsOf({ tiles, common, side, text });
    for (let first = 0; first < panels.length; first += across) {
      const drawn = panels.slice(first, first + across).map((panel, column) => place(panel, column * (side + gap), top, side, text));
      items.push(...drawn.flatMap((one) => one.items));
      top = Math.max(...drawn.map(({ bottom }) => bottom)) + text;
    }
  }
  return { ...frame, height: Math.ceil(top), items };
}

function place({ letter, title, detail, draw }: Panel, left: number, top: number, side: number, text: number): { items: Item[]; bottom: number } {
  const size = Math.round(0.85 * text);
  const { items, bottom } = draw(left, top + Math.round(2.9 * text));
  return {
    bottom,
    items: [
      { kind: "text", text: letter, x: left, y: top + Math.round(1.2 * text), size: text, bold: true },
      { kind: "text", text: clip(title, side - text, textMeasure(text)), x: left + text, y: top + Math.round(1.2 * text), size: text },
      { kind: "text", text: clip(detail, side, textMeasure(size)), x: left, y: top + Math.round(2.4 * text), size },
      ...items,
    ],
  };
}

function panelsOf(row: Row): Panel[] {
  const { tiles, common, text } = row;
  const { record, place: picture, probe } = tiles;
  const { facts } = record;
  const map = facts.strongestMap[picture] ?? 0;
  const image = facts.images[picture] ?? 0;
  const label = classNameOf(probe, facts.labels[picture] ?? 0);
  const drop = heatMode.value === "drop";
  const heat = (sheet: Sheet, legend: (left: number, top: number, width: number) => { items: Item[]; bottom: number }) => (left: number, top: number) => {
    const drawn = spatial(row, sheet, left, top);
    const below = legend(left, drawn.bottom + Math.round(0.5 * text), Math.max(drawn.width, Math.round(0.8 * row.side)));
    return { items: [...drawn.items, ...below.items], bottom: below.bottom };
  };
  return [
    { letter: "a", title: "picture", detail: (probe && className(probe.facts, image)) ?? `number ${image}`, draw: (left, top) => occluded(row, left, top) },
    {
      letter: "b", title: "activation", detail: `map ${map}, share of its total`,
      draw: heat(activationSheet(record, picture, common), scaleBar(common.mapScale, percentOf(common.mapScale), text, 1)),
    },
    { letter: "c", title: "projections", detail: `of map ${map}, and patches`, draw: (left, top) => projections(row, left, top) },
    {
      letter: "d", title: drop ? "drop of probability" : "probability", detail: `of ${label}`,
      draw: heat(probabilitySheet(record, picture, common), scaleBar(common.classScale, number, text)),
    },
    { letter: "e", title: "most probable class", detail: "with the occluder there", draw: heat(classSheet(record, picture, common, probe), classList(row)) },
  ];
}

/** A map over the picture; each dot of the figure is a pixel of it. */
function spatial({ tiles, side }: Row, sheet: Sheet | null, left: number, top: number): { items: Item[]; bottom: number; width: number } {
  const { facts } = tiles.record;
  const [height, width] = fitted(frameOf(facts), side);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  const picture = tiles.pictures.get(facts.images[tiles.place] ?? -1);
  if (context) {
    context.fillStyle = NO_PICTURE;
    context.fillRect(0, 0, width, height);
    if (picture) drawTile(context, picture, { left: 0, top: 0, width: picture.width, height: picture.height }, 0, 0, width, height);
    if (sheet) paintSheet(context, facts, sheet, [0, 0, width, height]);
  }
  const item: Item = { kind: "picture", picture: canvas, from: { left: 0, top: 0, width, height }, to: { left, top, width, height } };
  return { items: [item], bottom: top + height, width };
}

function occluded(row: Row, left: number, top: number): { items: Item[]; bottom: number } {
  const { record, place: picture } = row.tiles;
  const { facts } = record;
  const drawn = spatial(row, null, left, top);
  const [x, y, width, height] = occluderBox(facts, positionOf(record, picture, occluderAt.value), drawn.bottom - top, drawn.width);
  const [red = 128, green = red, blue = red] = facts.colour;
  const colour = `#${[red, green, blue].map((byte) => Math.min(255, byte).toString(16).padStart(2, "0")).join("")}`;
  const place = { left: left + x, top: top + y, width, height };
  return { items: [...drawn.items, box(place, { fill: { colour, alpha: 1 }, stroke: BLACK, width: Math.max(1, row.text / 16) })], bottom: drawn.bottom };
}

function projections({ tiles, side, text }: Row, left: number, top: number): { items: Item[]; bottom: number } {
  const { record, place: picture, probe, pictures } = tiles;
  const { facts, numbers } = record;
  const { slots, height } = patchLayout(facts.tiles?.tile ?? frameOf(facts), facts.k, side, Math.max(3, Math.round(0.1 * text)), facts.tiles !== null);
  const items = slots.flatMap((slot, at): Item[] => {
    const [x, y, wide, tall] = slot.projection;
    const [, , patchWidth, patchHeight] = slot.patch;
    const to = { left: left + x, top: top + y, width: wide, height: tall };
    const patchTo = { left: left + slot.patch[0], top: top + slot.patch[1], width: patchWidth, height: patchHeight };
    const known = facts.tiles && tiles.projections && isAnswered(record, picture);
    const entry = numbers.at(picture, at);
    const source = entry.value > 0 ? pictures.get(entry.image) : undefined;
    const patch = source && probe ? placePatch(record, probe, entry, [patchTo.left, patchTo.top, patchWidth, patchHeight]) : null;
    const grey = { fill: { colour: MID_GREY, alpha: 1 } };
    return [
      ...(!facts.tiles ? [] : known && tiles.projections ? [{ kind: "picture", picture: tiles.projections, from: tileInMap(at, { tile: facts.tiles.tile, across: facts.k }), to } as const] : [box(to, grey)]),
      box(patchTo, grey),
      ...(source && patch?.source ? [{ kind: "picture", picture: source, from: patch.source, to: patch.target } as const] : []),
    ];
  });
  return { items, bottom: top + height };
}

function classList({ tiles: { record, place: picture, probe }, common, text, side }: Row) {
  return (left: number, top: number): { items: Item[]; bottom: number } => {
    const size = Math.round(0.85 * text);
    const line = Math.round(1.15 * text);
    const all = [...reachOf(record, picture).classes].sort((a, b) => b[1] - a[1]);
    const missing = record.grids(picture).probability.length - all.reduce((sum, [, times]) => sum + times, 0);
    const more = all.length > CLASSES ? [`and ${all.length - CLASSES} more`] : [];
    const named = all.slice(0, CLASSES).flatMap(([label], at): Item[] => {
      const name = classNameOf(probe, label);
      const swatch = { left, top: top + at * line, width: size, height: size };
      const words = clip(name, side - 1.5 * size, textMeasure(size));
      return [box(swatch, { fill: { colour: common.colours.get(name) ?? OTHER, alpha: 1 } }), { kind: "text", text: words, x: left + 1.5 * size, y: swatch.top + 0.9 * size, size }];
    });
    const rest = [...more, ...(missing > 0 ? [`striped: ${missing} missing`] : [])];
    const count = Math.min(CLASSES, all.length);
    const words = rest.map((said, at): Item => ({ kind: "text", text: said, x: left, y: top + (count + at) * line + 0.9 * size, size }));
    return { items: [...named, ...words], bottom: top + (count + rest.length) * line };
  };
}

/** What a figure tells of its scales. */
export function scaleFacts({ mapScale, classScale, epochs }: Common): Facts {
  const percent = percentOf(mapScale);
  const drop = heatMode.value === "drop";
  return [
    ["activation", `share of the total without the occluder, ${percent(mapScale.low)} to ${percent(mapScale.high)}, over ${epochs} records of all shown runs; the mark is 100\u2009%`],
    [drop ? "drop of probability" : "probability", `${number(classScale.low)} to ${number(classScale.high)}`],
  ];
}
