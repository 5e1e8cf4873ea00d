/** What was logged of a layer: the views that have something of it, and under which name. */

import type { RunIndex } from "../data/index";
import { shownName } from "../data/layerNames";
import { layerPath, viewId } from "../settings";
import { VIEWS } from ".";
import type { SceneNode } from "./networkScene";

export interface Mark {
  id: string;
  title: string;
  /** The layer as the view names it. */
  layer: string;
}

export type Marks = (node: SceneNode) => Mark[];

/** @param indexes of runs that have the same network */
export function marksOf(indexes: readonly RunIndex[]): Marks {
  const shown = (own: string | null) => (own === null ? [] : [shownName(indexes[0] ?? {}, own)]);
  const logged = VIEWS.filter(({ choosesLayer }) => !choosesLayer).map(({ id, title, layers }) => ({ id, title, layers: new Set(layers(indexes)) }));
  return ({ path, layer }) =>
    logged.flatMap(({ id, title, layers }) => {
      // Some views tell the calls of a shared layer apart, others know the layer.
      const name = [...shown(path), ...shown(layer)].find((one) => layers.has(one));
      return name === undefined ? [] : [{ id, title, layer: name }];
    });
}

export function openMark({ id, layer }: Mark): void {
  layerPath.value = layer;
  viewId.value = id;
}
