/** What of a network is drawn: the calls of the unfolded models, each with those that only follow it. */

import type { Call, Graph, LayerFacts, Network, Shape } from "../data/network";
import type { Edge } from "../lib/layered";

export interface SceneNode {
  /** Path of the call, under which its receptive field is known; inputs and outputs have none. */
  path: string;
  /** Path of the layer; null for an operation that is no layer. */
  layer: string | null;
  name: string;
  class: string;
  output: Shape | null;
  facts: LayerFacts | undefined;
  /** How many layers are inside; 0 where it cannot be unfolded. */
  inside: number;
  /** What it reads, by the paths of calls. */
  reads: string[];
}

/** What stands in one frame: a call, the calls that follow it without changing its shape, or an unfolded model. */
export interface Block {
  nodes: SceneNode[];
  inner: Scene | null;
  /** An end of the graph: where the model's own inputs come in and its outputs go out. */
  port: "input" | "output" | null;
}

export interface Scene {
  blocks: Block[];
  edges: Edge[];
  /** Keras knows no graph: the blocks are layers in the order in which they were made. */
  plain: boolean;
}

const PORT = "\u0000";

/**
 * @param unfolded whether the model at the path of a call is drawn with what is inside
 * @param layer path of the model that is drawn; empty for the network
 * @param path path of its call
 * @param around paths of the models that it lies in
 */
export function sceneOf(network: Network, unfolded: (path: string) => boolean, layer = "", path = "", around: readonly string[] = []): Scene {
  const graph = network.graphs.get(layer);
  const prefix = path === "" ? "" : `${path}/`;
  const inner = (node: SceneNode): Scene | null =>
    node.inside > 0 && node.layer !== null && unfolded(node.path) ? sceneOf(network, unfolded, node.layer, node.path, [...around, node.layer]) : null;
  if (!graph) {
    const nodes = childrenOf(network, layer).map((facts) => nodeOf(network, plainCall(facts), `${prefix}${lastName(facts.name)}`, [], around));
    return { blocks: nodes.map((node) => ({ nodes: [node], inner: inner(node), port: null })), edges: [], plain: true };
  }
  const blocks: Block[] = graph.inputs.map((shape, at) => ({ nodes: [portNode("input", shape, prefix, at)], inner: null, port: "input" }));
  const readers = readersOf(graph);
  const blockOf = new Map<string, number>(graph.inputs.map((_, at) => [`${PORT}${at}`, at]));
  const edges = new Map<string, Edge>();
  const link = (sources: readonly string[], to: number) => {
    for (const source of sources) {
      const from = blockOf.get(source);
      if (from !== undefined && from !== to) edges.set(`${from} ${to}`, [from, to]);
    }
  };
  for (const call of graph.calls) {
    // What is read must have been made before: a record in which it was not is not followed there.
    const sources = sourcesOf(call, blockOf);
    if (blockOf.has(call.name)) continue;
    const reads = sources.filter((source) => !source.startsWith(PORT)).map((source) => prefix + source);
    const node = nodeOf(network, call, prefix + call.name, reads, around);
    const before = blocks[blockOf.get(sources[0] ?? "") ?? -1];
    if (before && sources.length === 1 && readers.get(sources[0] as string) === 1 && follows(node, before)) {
      before.nodes.push(node);
      blockOf.set(call.name, blocks.indexOf(before));
      continue;
    }
    blocks.push({ nodes: [node], inner: inner(node), port: null });
    blockOf.set(call.name, blocks.length - 1);
    link(sources, blocks.length - 1);
  }
  graph.outputs.forEach(([name, at], number) => {
    const shape = graph.calls.find((call) => call.name === name)?.outputs[at] ?? null;
    blocks.push({ nodes: [portNode("output", shape, prefix, number)], inner: null, port: "output" });
    link([name === "" ? `${PORT}${at}` : name], blocks.length - 1);
  });
  return { blocks, edges: [...edges.values()], plain: false };
}

function sourcesOf(call: Call, known: ReadonlyMap<string, number>): string[] {
  const sources = call.inputs.map(([name, at]) => (name === "" ? `${PORT}${at}` : name));
  return [...new Set(sources)].filter((source) => known.has(source));
}

/** How many calls and outputs read a call. */
function readersOf({ calls, outputs }: Graph): Map<string, number> {
  const readers = new Map<string, number>();
  const count = (sources: readonly (readonly [string, number])[]) => {
    for (const name of new Set(sources.map(([source]) => source))) readers.set(name, (readers.get(name) ?? 0) + 1);
  };
  for (const { inputs } of calls) count(inputs);
  count(outputs);
  return readers;
}

/** Normalisation, activation and the like: they keep the shape, and have no kernel. */
function follows(node: SceneNode, block: Block): boolean {
  const last = block.nodes[block.nodes.length - 1];
  return (
    block.port === null && block.inner === null && last?.inside === 0 && node.inside === 0 &&
    (node.facts?.kernel.length ?? 0) === 0 && node.class !== "Dense" && String(node.output) === String(last.output)
  );
}

function nodeOf(network: Network, call: Call, path: string, reads: string[], around: readonly string[]): SceneNode {
  const facts = call.layer === null ? undefined : network.layers.get(call.layer);
  // A record in which a model lies inside itself would never end.
  const inside = call.layer === null || around.includes(call.layer) ? 0 : insideOf(network, call.layer);
  return { path, layer: call.layer, name: call.name, class: call.class, output: call.outputs[0] ?? facts?.output ?? null, facts, inside, reads };
}

function portNode(kind: "input" | "output", output: Shape | null, prefix: string, at: number): SceneNode {
  return { path: `${prefix}${PORT}${kind}${at}`, layer: null, name: kind, class: "", output, facts: undefined, inside: 0, reads: [] };
}

function plainCall(facts: LayerFacts): Call {
  return { name: lastName(facts.name), layer: facts.name, class: facts.class, inputs: [], outputs: facts.output ? [facts.output] : [] };
}

const knownFamilies = new WeakMap<Network, Map<string, LayerFacts[]>>();

/** Layers directly inside of each, by its path. */
function familiesOf(network: Network): Map<string, LayerFacts[]> {
  let families = knownFamilies.get(network);
  if (!families) {
    families = new Map();
    for (const facts of network.layers.values()) {
      const cut = facts.name.lastIndexOf("/");
      const parent = network.layers.has(facts.name.slice(0, Math.max(0, cut))) ? facts.name.slice(0, cut) : "";
      families.set(parent, [...(families.get(parent) ?? []), facts]);
    }
    knownFamilies.set(network, families);
  }
  return families;
}

function childrenOf(network: Network, layer: string): LayerFacts[] {
  return familiesOf(network).get(layer) ?? [];
}

function insideOf(network: Network, layer: string): number {
  // A model that is called in two networks has its layers under the path of its first call.
  return childrenOf(network, layer).length || (network.graphs.get(layer)?.calls.length ?? 0);
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Every node that is drawn, from the top. */
export function nodesOf(scene: Scene): SceneNode[] {
  return scene.blocks.filter(({ port }) => port === null).flatMap(({ nodes, inner }) => [...nodes, ...(inner ? nodesOf(inner) : [])]);
}

const knownNodes = new WeakMap<Network, SceneNode[]>();

/** Every node there is: those that are drawn when all models are unfolded. */
export function allNodes(network: Network): SceneNode[] {
  const nodes = knownNodes.get(network) ?? nodesOf(sceneOf(network, () => true));
  knownNodes.set(network, nodes);
  return nodes;
}
