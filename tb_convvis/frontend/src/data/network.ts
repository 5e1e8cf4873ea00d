/** The network of a run, as the record of its model tells it: layers, graphs, receptive fields. */

import { type Guard, count, fields, finite, list, mapOf, nullable, optional, text } from "../lib/guards";
import { store } from "../state";
import { type RunIndex, findSeries } from "./index";
import type { Manifest } from "./manifest";

/** Axes of a tensor, null where the model leaves one open. */
export type Shape = (number | null)[];
/** A tensor that is read: the name of a call, empty for the model's own input, and the number of its output. */
export type Source = [call: string, output: number];

export interface LayerFacts {
  name: string;
  class: string;
  output: Shape | null;
  parameters: number;
  /** Null where that was not logged. */
  trainable: number | null;
  activation: string | null;
  kernel: number[];
  strides: number[];
  padding: string | null;
  dilation: number[];
  groups: number;
}

export interface Call {
  name: string;
  /** Path of the layer; null for an operation that is no layer. */
  layer: string | null;
  class: string;
  inputs: Source[];
  outputs: Shape[];
}

export interface Graph {
  inputs: Shape[];
  calls: Call[];
  outputs: Source[];
}

/** Pairs are [rows, columns] in pixels, empty where there is a reason why they are not known. */
export interface Field {
  size: number[];
  stride: (number | null)[];
  start: number[];
  note: string;
  reason: string | null;
}

export interface Network {
  parameters: number;
  /** By path, in the order of the network. */
  layers: Map<string, LayerFacts>;
  /** By the path of a model, empty for the network itself. */
  graphs: Map<string, Graph>;
  /** By the path of a call. */
  fields: Map<string, Field>;
  /** Why there are no graphs, where they could not be made. */
  problem: string | null;
}

const shape = list(nullable(count));

const words = optional(nullable(text), null);
const counts = optional(list(count), []);

const layerFacts = fields<LayerFacts>({
  name: text,
  class: optional(text, ""),
  output: optional(nullable(shape), null),
  parameters: optional(count, 0),
  trainable: optional(nullable(count), null),
  activation: words,
  kernel: counts,
  strides: counts,
  padding: words,
  dilation: counts,
  groups: optional(count, 1),
});

const source: Guard<Source> = (value, at) => {
  const [name, output] = Array.isArray(value) ? value : [];
  return [text(name, at), count(output, at)];
};

const call = fields<Call>({ name: text, layer: words, class: optional(text, ""), inputs: list(source), outputs: list(shape) });
const graph = fields<Graph>({ inputs: list(shape), calls: list(call), outputs: list(source) });

const field = fields<Field>({
  size: counts,
  stride: optional(list(nullable(count)), []),
  start: optional(list(finite), []),
  note: optional(text, ""),
  reason: words,
});

export const network: Guard<Network> = (value, at) => {
  const { layers, graph_problem, ...facts } = fields<Omit<Network, "layers" | "problem"> & { layers: LayerFacts[]; graph_problem: string | null }>({
    parameters: optional(count, 0),
    layers: optional(list(layerFacts), []),
    graphs: optional(mapOf(graph), new Map()),
    fields: optional(mapOf(field), new Map()),
    graph_problem: words,
  })(value, at);
  return { ...facts, layers: new Map(layers.map((layer) => [layer.name, layer])), problem: graph_problem };
};

export type NetworkOutcome = { value: Network; error: null } | { value: null; error: string };

const known = new WeakMap<Manifest, NetworkOutcome>();

/** The newest record of a run; undefined where there is none, or none is here yet. */
export function networkOf(index: RunIndex): NetworkOutcome | undefined {
  void store.arrivals.value;
  const series = findSeries(index, "run", "model");
  const record = series && store.manifest(series, series.steps.length - 1);
  if (!record) return undefined;
  if (!record.value) return record;
  let outcome = known.get(record.value);
  if (!outcome) {
    outcome = read(record.value);
    known.set(record.value, outcome);
  }
  return outcome;
}

function read({ facts }: Manifest): NetworkOutcome {
  try {
    return { value: network(facts, "model"), error: null };
  } catch (error) {
    return { value: null, error: `damaged: ${error instanceof Error ? error.message : String(error)}` };
  }
}
