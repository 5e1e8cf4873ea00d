/** Paints occlusion maps over the picture they belong to. */

import { type Scale, colourer, pixelOf, raster } from "../lib/heatmap";
import { drawnSize } from "../lib/mosaic";
import { frameOf, spansOf } from "../lib/positions";
import type { OcclusionFacts, OcclusionRecord } from "../data/occlusion";
import { opacity, plotMode } from "../settings";
import { type Common, OTHER, type Position, activationShares, classNameOf, classValues, classesAt } from "./occlusion";
import { type Context, drawTile } from "./paintFeatures";
import type { Probe } from "./probe";
import { pictureOf } from "./probePictures";

type Box = readonly [left: number, top: number, width: number, height: number];

/** What stands where the probe pictures are not here. */
export const NO_PICTURE = "#808080";
/** From this scale on a picture is enlarged by a whole number, so that its pixels are squares. */
const EXACT = 4;

/** Sides of a picture in device pixels. */
export function fitted(frame: readonly [number, number], wanted: number): [height: number, width: number] {
  const longest = Math.max(...frame);
  return drawnSize(frame, wanted >= EXACT * longest ? wanted - (wanted % longest) : wanted);
}

/** Paints a picture; false where it is not decoded yet. */
export function paintPicture(context: Context, probe: Probe | null, image: number, runs: number, [left, top, width, height]: Box): boolean {
  const picture = probe ? pictureOf(probe, image, runs) : null;
  if (picture) drawTile(context, picture, { left: 0, top: 0, width: picture.width, height: picture.height }, left, top, width, height);
  else {
    context.fillStyle = NO_PICTURE;
    context.fillRect(left, top, width, height);
  }
  return picture !== undefined;
}

/** A map: values at positions, and how they are drawn. */
export interface Sheet {
  values: ArrayLike<number>;
  colour: (value: number) => number;
  averaged: boolean;
  /** From 0 to 1. */
  alpha: number;
}

function heat(values: ArrayLike<number>, scale: Scale): Sheet {
  return { values, colour: colourer(scale), averaged: plotMode.value === "average", alpha: opacity.value / 100 };
}

export function activationSheet(record: OcclusionRecord, place: number, { mapScale }: Common): Sheet {
  return heat(activationShares(record, place), mapScale);
}

export function probabilitySheet(record: OcclusionRecord, place: number, { classScale }: Common): Sheet {
  return heat(classValues(record, place), classScale);
}

/** Classes are not numbers: neither averaged nor mixed with the picture. */
export function classSheet(record: OcclusionRecord, place: number, { colours }: Common, probe: Probe | null): Sheet {
  const pixels = new Map<number, number>();
  const colour = (label: number) => {
    const pixel = pixels.get(label) ?? pixelOf(colours.get(classNameOf(probe, label)) ?? OTHER);
    pixels.set(label, pixel);
    return pixel;
  };
  return { values: classesAt({ facts: record.facts, grids: record.grids(place) }), colour, averaged: false, alpha: 1 };
}

let scratch: OffscreenCanvas | null = null;

export function paintSheet(context: Context, facts: OcclusionFacts, { values, colour, averaged, alpha }: Sheet, [left, top, width, height]: Box): void {
  const frame = frameOf(facts);
  const rows = spansOf(facts.rows, facts.size[0], frame[0], height, averaged);
  const cols = spansOf(facts.cols, facts.size[1], frame[1], width, averaged);
  const pixels = raster(values, rows, cols, facts.cols.length, colour);
  scratch ??= new OffscreenCanvas(1, 1);
  // This clears it as well.
  [scratch.width, scratch.height] = [width, height];
  scratch.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), width, height), 0, 0);
  context.globalAlpha = alpha;
  context.drawImage(scratch, left, top);
  context.globalAlpha = 1;
}

/** The rectangle of the occluder in a picture that is drawn in this size. */
export function occluderBox(facts: OcclusionFacts, [row, col]: Position, height: number, width: number): Box {
  const frame = frameOf(facts);
  const [down, across] = [height / frame[0], width / frame[1]];
  const [top, left] = [Math.round((facts.rows[row] ?? 0) * down), Math.round((facts.cols[col] ?? 0) * across)];
  const bottom = Math.round(((facts.rows[row] ?? 0) + facts.size[0]) * down);
  const right = Math.round(((facts.cols[col] ?? 0) + facts.size[1]) * across);
  return [left, top, right - left, bottom - top];
}
