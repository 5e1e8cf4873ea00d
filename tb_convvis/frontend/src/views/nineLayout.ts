/** Where the tiles of one map stand when they are drawn enlarged, and how they are painted there. */

import { drawnSize, tileInMap } from "../lib/mosaic";
import type { FeatureReady } from "./features";
import type { Probe } from "./probe";
import { acrossOf, drawTile, mapPicture, paintPatch } from "./paintFeatures";

export interface NineLayout {
  /** Of one tile and of all together, in device pixels. */
  tile: readonly [height: number, width: number];
  size: readonly [height: number, width: number];
  across: number;
  gap: number;
  at: (place: number) => readonly [left: number, top: number];
}

/** @param side of the square there is, in CSS pixels */
export function nineLayout({ facts }: FeatureReady, probe: Probe | null, side: number, dpr: number): NineLayout {
  const across = acrossOf(facts.k, facts.tiles?.across);
  const gap = Math.round(2 * dpr);
  const logged = facts.tiles?.tile ?? probe?.facts.size ?? [1, 1];
  const [height, width] = drawnSize(logged, Math.floor((side * dpr - (across - 1) * gap) / across));
  return {
    tile: [height, width],
    size: [Math.ceil(facts.k / across) * (height + gap) - gap, across * (width + gap) - gap],
    across,
    gap,
    at: (place) => [(place % across) * (width + gap), Math.floor(place / across) * (height + gap)],
  };
}

export interface NineTask {
  panel: FeatureReady;
  probe: Probe | null;
  /** Position of the map among the drawn ones. */
  place: number;
  what: "projections" | "patches";
  runs: number;
  /** Which slot stands in each place; as they are numbered where not given. */
  order?: readonly number[];
}

/** False while the picture is not decoded: then what stood there before stays. */
export function paintNine(context: CanvasRenderingContext2D, { at, tile: [height, width] }: NineLayout, { panel, probe, place, what, runs, order }: NineTask): boolean {
  const { facts, numbers } = panel;
  const picture = what === "projections" ? mapPicture(panel, place) : null;
  if (picture === undefined) return false;
  for (let stand = 0; stand < facts.k; stand++) {
    const slot = order?.[stand] ?? stand;
    const [left, top] = at(stand);
    if (what === "patches" && probe) paintPatch(context, panel, probe, numbers.at(place, slot), runs, [left, top, width, height]);
    else if (picture && facts.tiles) drawTile(context, picture, tileInMap(slot, facts.tiles), left, top, width, height);
  }
  return true;
}
