/** What filters the maps: whether each is dead, and of which class its strongest picture is, at one epoch of one run. */

import { type RunIndex, findSeries } from "../data/index";
import { className, stateOf } from "../data/top";
import type { Known } from "../lib/mapFilter";
import { shownIndex } from "../lib/steps";
import { type Strength, panelOf, placesIn, strengthAt } from "./features";
import { probeAt } from "./probe";

export interface MapsKnown {
  /** The epoch; null where none is logged. */
  step: number | null;
  /** Null where it is not here, or not logged. */
  strength: Strength | null;
  /** Of a map; null where nothing is known of it. */
  of: (map: number) => Known | null;
}

/** By the strengths, which are of all maps; else by the strongest activations, which are of the drawn ones. */
export function mapsKnown(index: RunIndex, path: string, target: number): MapsKnown {
  const series = findSeries(index, "strength", path);
  const at = series ? shownIndex(series.steps, target) : -1;
  const strength = at < 0 ? null : strengthAt(index, path, at);
  const panel = panelOf(index, path, target);
  const top = panel.state === "ready" ? panel : null;
  const step = series?.steps[at] ?? top?.series.steps[top.at] ?? null;
  const probe = step === null ? null : probeAt(index, step, "pictures");
  const nameOf = (image: number) => (probe ? className(probe.facts, image) : undefined);
  const told = (value: number, image: number): Known => {
    const state = stateOf(value);
    return { state, className: state === "alive" ? nameOf(image) : null };
  };
  const byTop = (map: number) => {
    const [place = -1] = top ? placesIn(top.facts, [map]) : [];
    const first = top && place >= 0 ? top.numbers.at(place, 0) : null;
    return first && told(first.value, first.image);
  };
  const of = (map: number) => {
    const value = strength?.maps.value[map];
    return strength && value !== undefined ? told(value, strength.maps.image[map] ?? -1) : byTop(map);
  };
  return { step, strength, of };
}
