/** 1 - cosine of the strongest projections of each map: computed from pixels, a few maps at a time, once. */

import { effect, signal } from "@preact/signals";
import { seriesKey } from "../data/store";
import { cosineChange } from "../lib/difference";
import { Lru } from "../lib/lru";
import { tileInMap } from "../lib/mosaic";
import { rankBy } from "../settings";
import { store } from "../state";
import type { Change } from "./changeRanking";
import { type ReadyPair, comparedAt, pairOf } from "./comparison";
import { FIRST_MAP, type FeatureReady, mosaics, resting } from "./features";
import { mapPicture } from "./paintFeatures";
import { tilePixels } from "./tilePixels";
import type { PanelProps } from "./view";

/** Milliseconds of work between which the page can answer. */
const SLICE = 8;
const BYTES = 256;

const known = new Lru<number>(4 * 2 ** 20);

/** Counts that some were computed. */
export const computedChanges = signal(0);

function keyOf({ a, b }: ReadyPair, places: Change["places"]): string {
  return seriesKey(a.series, a.at, FIRST_MAP + places[0]) + seriesKey(b.series, b.at, FIRST_MAP + places[1]);
}

/** NaN where the pictures cannot be compared, undefined while they are not. */
export function projectionChange(pair: ReadyPair, places: Change["places"]): number | undefined {
  return known.get(keyOf(pair, places));
}

/** Where the maps that were drawn at both epochs stand. */
export function drawnAtBoth({ a, b }: ReadyPair): Change["places"][] {
  return b.facts.maps.flatMap((map, place) => {
    const before = a.facts.maps.indexOf(map);
    return before < 0 ? [] : [[before, place] as const];
  });
}

/** How many maps of a pair are still to be compared. */
export function stillToCompare(pair: ReadyPair): number {
  return drawnAtBoth(pair).filter((places) => projectionChange(pair, places) === undefined).length;
}

/** The strongest projection's pixels; null where there are none, undefined while its picture is not decoded. */
function strongest(panel: FeatureReady, place: number): Uint8ClampedArray | null | undefined {
  const picture = panel.facts.tiles ? mapPicture(panel, place) : null;
  return picture && panel.facts.tiles ? tilePixels(picture, tileInMap(0, panel.facts.tiles)) : (picture as null | undefined);
}

/** True where it could be computed, or never can be. */
function compare(pair: ReadyPair, places: Change["places"]): boolean {
  const [a, b] = [strongest(pair.a, places[0]), strongest(pair.b, places[1])];
  if (a === undefined || b === undefined) return false;
  known.set(keyOf(pair, places), a && b ? cosineChange(a, b) : Number.NaN, BYTES);
  return true;
}

/** Compares while the slider rests, whenever pictures arrive or are decoded; stops at once when it moves. */
export function followProjections({ indexes, layer }: PanelProps): () => void {
  let timer = 0;
  const slice = () => {
    const until = performance.now() + SLICE;
    let done = 0;
    for (const index of indexes) {
      const pair = pairOf(index, layer);
      if (pair.state !== "ready") continue;
      for (const places of drawnAtBoth(pair)) {
        if (projectionChange(pair, places) !== undefined) continue;
        if (performance.now() > until) {
          timer = window.setTimeout(slice, SLICE);
          computedChanges.value++;
          return;
        }
        if (compare(pair, places)) done++;
      }
    }
    if (done > 0) computedChanges.value++;
  };
  const end = effect(() => {
    void [mosaics.decoded.value, store.arrivals.value, comparedAt.value];
    clearTimeout(timer);
    if (resting.value && rankBy.value === "projections") timer = window.setTimeout(slice, 0);
  });
  return () => {
    end();
    clearTimeout(timer);
  };
}
