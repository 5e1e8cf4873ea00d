/** Lies over the tiles of a map that no picture excites: their plain grey would mean that nothing influences it. */

import type { MapState } from "../data/top";

/** The class of what is drawn of a map in this state. */
export function stateClass(state: MapState): string {
  return state.replace(" ", "-");
}

export function Hatch({ state }: { state: MapState }) {
  return state === "alive" ? null : <i class={`hatch ${stateClass(state)}`} />;
}
