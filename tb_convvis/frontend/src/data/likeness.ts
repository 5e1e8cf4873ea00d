/** Which runs have the same network, whatever numbers Keras set behind the names of its layers and operations. */

import { type LayerNames, parentOf, shownName, uncalled } from "./layerNames";
import type { Graph, Network, Source } from "./network";

const known = new WeakMap<Network, { names: LayerNames | null; text: string }>();

/** Equal for equal networks: all that was recorded of them, with the names by which layers are shown beside other runs. */
export function likeness(network: Network, { names = null }: { names?: LayerNames | null }): string {
  let found = known.get(network);
  if (found?.names !== names) {
    found = { names, text: textOf(network, (path) => shownName({ names }, path)) };
    known.set(network, found);
  }
  return found.text;
}

function textOf({ parameters, layers, graphs, fields, problem }: Network, shown: (path: string) => string): string {
  const places = new Map([...graphs].map(([model, { calls }]) => [model, placesOf(calls)]));
  // A call is known by its place: operations that are no layers have numbers in their names, too.
  const placed = (path: string) => {
    const [around, name] = [parentOf(path), path.slice(path.lastIndexOf("/") + 1)];
    const place = places.get(uncalled(around))?.get(name);
    return place === undefined ? shown(path) : [shown(around), place];
  };
  return JSON.stringify([
    [parameters, problem],
    [...layers.values()].map((layer) => ({ ...layer, name: shown(layer.name) })),
    [...graphs].map(([model, graph]) => [shown(model), connections(graph, shown)]),
    [...fields].map(([path, field]) => [placed(path), field]),
  ]);
}

function placesOf(calls: Graph["calls"]): Map<string, number> {
  return new Map(calls.map(({ name }, place) => [name, place]));
}

function connections({ inputs, calls, outputs }: Graph, shown: (path: string) => string): unknown {
  const places = placesOf(calls);
  const numbered = (sources: readonly Source[]) => sources.map(([name, output]) => [places.get(name) ?? name, output]);
  return [inputs, calls.map(({ name: _, layer, inputs: read, ...call }) => ({ ...call, layer: layer && shown(layer), inputs: numbered(read) })), numbered(outputs)];
}
