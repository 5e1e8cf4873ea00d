/** The layers that the shown runs logged something of, and which of them is looked at. */

import { computed } from "@preact/signals";
import { shownName } from "./data/layerNames";
import { layerOrder } from "./data/manifest";
import { type RunIndex, findSeries } from "./data/index";
import { layerPath, viewId } from "./settings";
import { shownIndexes, store } from "./state";
import { type Want, wholeSeries } from "./data/plan";
import { viewOf } from "./views";

/** The records of the networks: what the order of the layers is read from. */
export function modelWants(indexes: readonly RunIndex[]): Want[] {
  return indexes.flatMap((index) => {
    const series = findSeries(index, "run", "model");
    return series && series.steps.length > 0 ? [wholeSeries(series, 0, 65_536)] : [];
  });
}

/** False until the order of the layers is known, so that the first layer is not another one at first. */
export const layersKnown = computed(() => {
  void store.arrivals.value;
  return modelWants(shownIndexes.value).every(({ series }) => store.manifest(series, series.steps.length - 1));
});

/** Layers in the order of the networks, as far as the runs say; the rest as they come. */
export const networkOrder = computed(() => {
  void store.arrivals.value;
  const order: string[] = [];
  for (const index of shownIndexes.value) {
    const series = findSeries(index, "run", "model");
    const record = series && store.manifest(series, series.steps.length - 1);
    if (!record?.value) continue;
    try {
      for (const own of layerOrder(record.value.facts, "model")) {
        const name = shownName(index, own);
        if (!order.includes(name)) order.push(name);
      }
    } catch {
      // A record that cannot be read says nothing of the order.
    }
  }
  return order;
});

/** Puts layers into the network's order; those that it does not name stay behind, as they came. */
export function inOrder(layers: Iterable<string>): string[] {
  const order = networkOrder.value;
  const place = (layer: string) => {
    const at = order.indexOf(layer);
    return at < 0 ? order.length : at;
  };
  return [...new Set(layers)].sort((a, b) => place(a) - place(b));
}

/** Layers that the view can show. */
export const layers = computed(() => inOrder(viewOf(viewId.value).layers(shownIndexes.value)));

/** What the chosen layer can be: the one of this name, or that which one of the runs has by this name. */
export const layersMeant = computed(() => {
  // A name that is shown means no other layer, also where the view has nothing of it.
  if (networkOrder.value.includes(layerPath.value)) return [layerPath.value];
  return [layerPath.value, ...shownIndexes.value.map((index) => shownName(index, layerPath.value))];
});

/** The layer that is shown: the chosen one where the view has it, else the first. */
export const layer = computed(() => layersMeant.value.find((one) => layers.value.includes(one)) ?? layers.value[0] ?? "");

export function moveLayer(by: number): void {
  const all = layers.value;
  const target = all[all.indexOf(layer.value) + by];
  if (target !== undefined) layerPath.value = target;
}
