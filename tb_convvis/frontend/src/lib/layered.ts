/**
 * Places the nodes of a directed graph in layers from top to bottom, and routes its edges between them.
 *
 * Source: Sugiyama, Tagawa and Toda, IEEE Trans. Syst. Man Cybern. 11(2), 1981: layers by the longest path,
 * order inside of a layer by barycentres; then each node goes as close to the mean of its neighbours as order
 * and width allow, which is an isotonic regression. A node alone in its layer stands on the common centre line,
 * and edges give way to nodes: so the trunk of a network is straight, with its shortcuts beside it.
 */

import type { Point } from "./paths";

export interface Size {
  width: number;
  height: number;
}

export interface LayeredGraph {
  /** Top left corner of each node. */
  places: { x: number; y: number }[];
  /** Per edge the points it goes through: from the bottom of one node to the top of the other. */
  routes: Point[][];
  width: number;
  height: number;
}

/** Edges go from a lower to a higher number, so that there is no cycle. */
export type Edge = readonly [from: number, to: number];

const GAP = { across: 22, down: 26 };
/** Room for an edge that passes a layer. */
const PASSING = 10;
const SWEEPS = 12;
/** Of a node, where that of an edge is 1. */
const WEIGHT = 1e4;

/** A node, or an edge on its way past a layer. */
interface Item {
  width: number;
  above: Item[];
  below: Item[];
  centre: number;
  /** How much it resists being moved. */
  weight: number;
}

export function layered(sizes: readonly Size[], edges: readonly Edge[]): LayeredGraph {
  const ranks = rankOf(sizes.length, edges);
  const items = sizes.map(({ width }): Item => ({ width, above: [], below: [], centre: 0, weight: WEIGHT }));
  const layers: Item[][] = Array.from({ length: Math.max(0, ...ranks) + 1 }, () => []);
  ranks.forEach((rank, node) => layers[rank]?.push(items[node] as Item));
  const passes = edges.map(([from, to]) => {
    const between: Item[] = [];
    let last = items[from] as Item;
    const link = (next: Item) => (last.below.push(next), next.above.push(last), (last = next));
    for (let rank = (ranks[from] as number) + 1; rank < (ranks[to] as number); rank++) {
      between.push({ width: PASSING, above: [], below: [], centre: 0, weight: 1 });
      link(between[between.length - 1] as Item);
      layers[rank]?.push(last);
    }
    link(items[to] as Item);
    return between;
  });
  order(layers);
  align(layers);

  const tops: number[] = [];
  const heights = layers.map(() => 0);
  ranks.forEach((rank, node) => (heights[rank] = Math.max(heights[rank] ?? 0, sizes[node]?.height ?? 0)));
  let y = 0;
  for (const height of heights) {
    tops.push(y);
    y += height + GAP.down;
  }
  const every = layers.flat();
  const left = Math.min(...every.map(({ centre, width }) => centre - width / 2));
  const right = Math.max(...every.map(({ centre, width }) => centre + width / 2));
  const across = (item: Item) => Math.round(item.centre - left);
  const bottom = (rank: number) => (tops[rank] ?? 0) + (heights[rank] ?? 0);
  return {
    places: items.map((item, node) => ({ x: Math.round(item.centre - left - item.width / 2), y: tops[ranks[node] as number] ?? 0 })),
    routes: edges.map(([from, to], edge) => {
      const [first, last] = [ranks[from] as number, ranks[to] as number];
      const start = across(items[from] as Item);
      const points: Point[] = [[start, (tops[first] ?? 0) + (sizes[from]?.height ?? 0)], [start, bottom(first)]];
      (passes[edge] ?? []).forEach((item, at) => points.push([across(item), tops[first + 1 + at] ?? 0], [across(item), bottom(first + 1 + at)]));
      points.push([across(items[to] as Item), tops[last] ?? 0]);
      return points;
    }),
    width: Math.ceil(right - left),
    height: Math.max(0, y - GAP.down),
  };
}

/** Layers by the longest path from the top; what reads nothing stands right above its first reader. */
function rankOf(nodes: number, edges: readonly Edge[]): number[] {
  const ranks = new Array<number>(nodes).fill(0);
  const readers = new Map<number, number>();
  for (const [from, to] of [...edges].sort((a, b) => a[1] - b[1])) ranks[to] = Math.max(ranks[to] ?? 0, (ranks[from] ?? 0) + 1);
  for (const [from, to] of edges) readers.set(from, Math.min(readers.get(from) ?? Infinity, ranks[to] ?? 0));
  const reading = new Set(edges.map(([, to]) => to));
  return ranks.map((rank, node) => (reading.has(node) ? rank : (readers.get(node) ?? 1) - 1));
}

const mean = (items: readonly Item[], of: (item: Item) => number): number => items.reduce((sum, item) => sum + of(item), 0) / items.length;

function order(layers: Item[][]): void {
  const places = new Map<Item, number>();
  const note = (layer: Item[]) => layer.forEach((item, at) => places.set(item, at - (layer.length - 1) / 2));
  layers.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const wish = new Map(layer.map((item) => {
        const neighbours = down ? item.above : item.below;
        return [item, neighbours.length > 0 ? mean(neighbours, (other) => places.get(other) ?? 0) : (places.get(item) ?? 0)];
      }));
      layer.sort((a, b) => (wish.get(a) ?? 0) - (wish.get(b) ?? 0));
      note(layer);
    }
  }
}

function align(layers: readonly Item[][]): void {
  for (let sweep = 0; sweep <= SWEEPS; sweep++) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      if (layer.length < 2) continue;
      spread(layer, layer.map((item) => {
        const all = down ? item.above : item.below;
        // An edge is to be straight, a node to stand under nodes.
        const alike = all.filter(({ weight }) => weight === item.weight);
        const neighbours = alike.length > 0 ? alike : all;
        return neighbours.length > 0 ? mean(neighbours, ({ centre }) => centre) : item.centre;
      }));
    }
  }
}

/** Puts each item as close to its wish as the others let it: neighbours that push each other move as one. */
function spread(layer: readonly Item[], wishes: readonly number[]): void {
  const groups: { offset: number[]; sum: number; weight: number; items: Item[] }[] = [];
  let room = 0;
  layer.forEach((item, at) => {
    const before = layer[at - 1];
    if (before) room += (before.width + item.width) / 2 + GAP.across;
    let group = { offset: [room], sum: ((wishes[at] ?? 0) - room) * item.weight, weight: item.weight, items: [item] };
    let last = groups[groups.length - 1];
    while (last && last.sum / last.weight > group.sum / group.weight) {
      groups.pop();
      group = {
        offset: [...last.offset, ...group.offset],
        sum: last.sum + group.sum,
        weight: last.weight + group.weight,
        items: [...last.items, ...group.items],
      };
      last = groups[groups.length - 1];
    }
    groups.push(group);
  });
  for (const { offset, sum, weight, items } of groups) items.forEach((item, at) => (item.centre = sum / weight + (offset[at] ?? 0)));
}
