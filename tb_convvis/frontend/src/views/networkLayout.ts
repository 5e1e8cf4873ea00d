/** Where everything of a network stands, in CSS pixels. */

import { type Size, layered } from "../lib/layered";
import type { Point } from "../lib/paths";
import type { Block, Scene, SceneNode } from "./networkScene";

const WIDTH = 256;
/** Heights: of a layer, of one that follows it, of the line of buttons to what was logged of it. */
const ROW = { first: 44, next: 24, marks: 32 };
const PORT = { width: 150, height: 26 };
/** Between the frame of an unfolded model and what is inside. */
const PADDING = 16;

export interface PlacedNode extends Size {
  node: SceneNode;
  x: number;
  y: number;
  kind: "first" | "next" | "port";
}

export interface Frame extends Size {
  path: string;
  x: number;
  y: number;
  /** An unfolded model. */
  model: boolean;
}

export interface Drawing extends Size {
  nodes: PlacedNode[];
  frames: Frame[];
  wires: string[];
}

/** @param marked whether a node has buttons to what was logged of it */
export function drawingOf(scene: Scene, marked: (node: SceneNode) => boolean): Drawing {
  const drawing: Drawing = { nodes: [], frames: [], wires: [], width: 0, height: 0 };
  const size = place(scene, marked);
  size.draw(drawing, 0, 0);
  return Object.assign(drawing, { width: size.width, height: size.height });
}

interface Placed extends Size {
  draw: (into: Drawing, x: number, y: number) => void;
}

function place(scene: Scene, marked: (node: SceneNode) => boolean): Placed {
  const blocks = scene.blocks.map((block) => placeBlock(block, marked));
  // Without a graph, in the order of the list.
  const order = scene.plain ? scene.blocks.slice(1).map((_, at) => [at, at + 1] as const) : scene.edges;
  const { places, routes, width, height } = layered(blocks, order);
  return {
    width,
    height,
    draw: (into, x, y) => {
      if (!scene.plain) into.wires.push(...routes.map((route) => wire(route, x, y)));
      places.forEach((at, number) => blocks[number]?.draw(into, x + at.x, y + at.y));
    },
  };
}

function placeBlock({ nodes, inner, port }: Block, marked: (node: SceneNode) => boolean): Placed {
  const [first] = nodes as [SceneNode];
  if (port) return { ...PORT, draw: (into, x, y) => void into.nodes.push({ node: first, x, y, ...PORT, kind: "port" }) };
  const within = inner && place(inner, marked);
  const width = within ? Math.max(WIDTH, within.width + 2 * PADDING) : WIDTH;
  const heights = nodes.map((node, at) => (at === 0 ? ROW.first : ROW.next) + (marked(node) ? ROW.marks : 0));
  const own = heights.reduce((sum, height) => sum + height, 0);
  const height = own + (within ? within.height + 2 * PADDING : 0);
  return {
    width,
    height,
    draw: (into, x, y) => {
      into.frames.push({ path: first.path, x, y, width, height, model: within !== null });
      let top = y;
      nodes.forEach((node, at) => {
        const tall = heights[at] ?? 0;
        into.nodes.push({ node, x, y: top, width, height: tall, kind: at === 0 ? "first" : "next" });
        top += tall;
      });
      within?.draw(into, x + Math.round((width - within.width) / 2), top + PADDING);
    },
  };
}

/** Straight past the layers, and in between a curve that leaves and arrives upright. */
function wire(route: readonly Point[], x: number, y: number): string {
  let path = "";
  route.forEach(([px, py], at) => {
    const [toX, toY] = [px + x, py + y];
    const before = route[at - 1];
    if (!before) path = `M${toX},${toY}`;
    else if (before[0] === px) path += `V${toY}`;
    else {
      const middle = (before[1] + py) / 2 + y;
      path += `C${before[0] + x},${middle} ${toX},${middle} ${toX},${toY}`;
    }
  });
  return path;
}
