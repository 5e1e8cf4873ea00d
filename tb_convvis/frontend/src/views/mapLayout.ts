/** How the maps of all shown runs are laid out. */

import { computed } from "@preact/signals";
import { windowHeight } from "../components/windowHeight";
import type { RunIndex } from "../data/index";
import { layer } from "../layers";
import type { CellLayout, CellShape } from "../lib/cellLayout";
import { layoutTogether } from "../lib/sharedLayout";
import { type ShowMode, showMode } from "../settings";
import { shownAt, shownIndexes, stepOf, store } from "../state";
import { type FeatureReady, factsNear, topSeries } from "./features";
import { pageRoom } from "./mapOrder";
import { acrossOf } from "./paintFeatures";
import { type Probe, probeAt } from "./probe";

/** What stands above and below the maps where the page is not scrolled, in CSS pixels. */
const AROUND = 330;

/** @param room for how many maps the grid is laid out */
export function shapeIn({ facts }: Pick<FeatureReady, "facts">, room: number, mode: ShowMode, probe: Probe | null): CellShape {
  return {
    // Without projections there is no window: then the patch is the whole picture.
    tile: facts.tiles?.tile ?? probe?.facts.size ?? [1, 1],
    k: facts.k,
    across: acrossOf(facts.k, facts.tiles?.across),
    maps: room,
    mosaics: mode === "both" ? 2 : 1,
  };
}

/** What is drawn of a run: where the rule was refused there is only one thing to show. */
export function modeOf({ facts }: Pick<FeatureReady, "facts">): ShowMode {
  return facts.tiles ? showMode.value : "patches";
}

/** The shapes of the shown runs as JSON: the same from epoch to epoch, so that nothing is laid out anew. */
export const shownShapes = computed(() => {
  void store.arrivals.value;
  return JSON.stringify(shownIndexes.value.flatMap((index) => shapeOf(index, layer.value) ?? []));
});

function shapeOf(index: RunIndex, path: string): CellShape | null {
  const series = topSeries(index, path);
  const facts = series && factsNear(series, Math.max(0, shownAt(series)));
  return facts ? shapeIn({ facts }, pageRoom.value, modeOf({ facts }), probeAt(index, stepOf(index.run), "pictures")) : null;
}

/**
 * A grid's layout beside those of the other shown runs.
 *
 * @param width of the grid in CSS pixels
 */
export function layoutIn(width: number, shape: CellShape, dpr: number): CellLayout {
  const own = JSON.stringify(shape);
  const beside = (JSON.parse(shownShapes.value) as CellShape[]).map((one) => JSON.stringify(one));
  // Each shape once, and in one order: then all grids come to the same.
  const shapes = [...new Set([own, ...beside])].sort();
  const room = { width: Math.floor(width * dpr), height: (windowHeight.value - AROUND) * dpr };
  const layouts = layoutTogether(shapes.map((one) => JSON.parse(one) as CellShape), room, dpr);
  return layouts[shapes.indexOf(own)] as CellLayout;
}
