/** What the Layers view has to export. */

import type { Table } from "../export/csv";
import { type Facts, type Figure, type Item, type Sheet, box, clip, textMeasure } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { factsOf } from "../export/provenance";
import { type RunIndex, findSeries } from "../data/index";
import { shownName } from "../data/layerNames";
import { type Network, networkOf } from "../data/network";
import { titles } from "../state";
import { type PlacedNode, drawingOf } from "./networkLayout";
import { allNodes, sceneOf } from "./networkScene";
import { classWords, shapeWords } from "./networkWords";
import { isUnfolded } from "./unfolded";

/** Around the graph, and between the edge of a box and its words. */
const MARGIN = 12;
const PADDING = 8;
/** Room that the lines below the figure need. */
const LEAST = 480;
const LINE = { colour: "#8a8a8a", alpha: 1 };
const FILL = { layer: { colour: "#ffffff", alpha: 1 }, model: { colour: "#f5f5f5", alpha: 1 }, port: { colour: "#ededed", alpha: 1 } };
const SIZE = { name: 13, rest: 11 };

export function layerExports({ index, indexes, layer }: ExportProps): Offer[] {
  const network = networkOf(index)?.value;
  return [
    ...(network ? [{ title: "The network as it is unfolded", draw: (sheet: Sheet) => draw(sheet, index, network, layer) }] : []),
    { title: "Layers, the newest record", table: () => table(indexes) },
  ];
}

function factsOfNetwork(index: RunIndex, layer: string, more: Facts = []): Facts {
  const series = findSeries(index, "run", "model");
  return series ? factsOf(index, layer, series, series.steps.length - 1, more) : [["run", index.run]];
}

function draw(sheet: Sheet, index: RunIndex, network: Network, layer: string): Figure {
  const { nodes, frames, wires, width, height } = drawingOf(sceneOf(network, (path) => isUnfolded(shownName(index, path), layer)), () => false);
  const title = `${titles.value.get(index.run) ?? index.run}: the network`;
  const wide = Math.max(LEAST, width + 2 * MARGIN);
  const [left, top] = [Math.round((wide - width) / 2), Math.round(2.4 * sheet.text)];
  const items: Item[] = [
    { kind: "text", text: clip(title, wide, textMeasure(sheet.text, true)), x: 0, y: sheet.text, size: sheet.text, bold: true },
    ...frames.map(({ x, y, model, ...size }) => box({ left: left + x, top: top + y, ...size }, { fill: model ? FILL.model : FILL.layer, stroke: LINE })),
    ...wires.map((d): Item => ({ kind: "path", d, x: left, y: top, stroke: LINE, width: 1.5 })),
    ...nodes.flatMap((node) => nodeItems(node, left, top)),
  ];
  const facts = factsOfNetwork(index, "all", [["parameters", String(network.parameters)], ["layers", String(network.layers.size)]]);
  return { ...sheet, width: wide, height: top + height + MARGIN, title, items, facts, name: [titles.value.get(index.run) ?? index.run, "network"] };
}

function nodeItems({ node, x, y, width, height, kind }: PlacedNode, left: number, top: number): Item[] {
  const [from, above, end] = [left + x + PADDING, top + y, left + x + width - PADDING];
  const room = width - 2 * PADDING;
  const measure = { name: textMeasure(SIZE.name, true), rest: textMeasure(SIZE.rest) };
  if (kind === "port") {
    const words = clip(`${node.name} ${shapeWords(node.output)}`, room, measure.rest);
    const middle = { x: left + x + width / 2, y: above + height / 2 + 4 };
    return [box({ left: left + x, top: above, width, height }, { fill: FILL.port }), { kind: "text", text: words, ...middle, size: SIZE.rest, anchor: "middle" }];
  }
  const beside = clip(kind === "first" ? shapeWords(node.output) : classWords(node), room / 2, measure.rest);
  const name = clip(node.name, room - measure.rest(beside) - PADDING, measure.name);
  const y1 = above + (kind === "first" ? 18 : 16);
  return [
    { kind: "text", text: name, x: from, y: y1, size: SIZE.name, bold: true },
    { kind: "text", text: beside, x: end, y: y1, size: SIZE.rest, anchor: "end" },
    ...(kind === "first" ? [{ kind: "text", text: clip(classWords(node), room, measure.rest), x: from, y: above + 35, size: SIZE.rest } as const] : []),
  ];
}

/** A line for each call: a layer that is called twice stands there twice, with the same parameters. */
function table(indexes: readonly RunIndex[]): Table {
  const all = indexes.flatMap((index) => {
    const network = networkOf(index)?.value;
    return network ? [{ index, network }] : [];
  });
  const rows = all.flatMap(({ index, network }) =>
    allNodes(network).map(({ path, layer, class: kind, output, facts }) => {
      const field = network.fields.get(path);
      const pair = (values: readonly (number | null)[] | undefined) => [values?.[0] ?? null, values?.[1] ?? null];
      return [
        index.run, path, layer, kind, shapeWords(output).replaceAll(" × ", "x"), facts?.parameters ?? null, facts?.trainable ?? null,
        facts?.kernel.join("x") ?? null, facts?.strides.join("x") ?? null, ...pair(field?.size), ...pair(field?.stride), ...pair(field?.start),
        field?.reason ?? field?.note ?? null,
      ];
    }),
  );
  const field = ["field", "field_step", "field_start"].flatMap((name) => [`${name}_rows`, `${name}_cols`]);
  return {
    columns: ["run", "call", "layer", "class", "output", "parameters", "trainable", "kernel", "stride", ...field, "field_note"],
    rows,
    facts: all.map(({ index }) => factsOfNetwork(index, "all")),
    name: ["layers"],
  };
}
