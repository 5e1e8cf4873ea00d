/** What the Convergence view has to export. */

import { chartItems } from "../export/charts";
import type { Table } from "../export/csv";
import { type Facts, type Figure, type Item, type Sheet, textMeasure, wrap } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { LEFT_OUT, factsOf, factsOfAll, together } from "../export/provenance";
import { type RunIndex, type Series, findSeries } from "../data/index";
import { ownName } from "../data/layerNames";
import { inOrder } from "../layers";
import { FEWEST_LOGS, FEWEST_QUIET, QUIET_SHARE } from "../lib/settled";
import { type Measure, changeMeasure } from "../settings";
import { store } from "../state";
import { changeLayers, changeWants, changesBy } from "./changes";
import { scalarsOf, shownMetrics } from "./scalarData";

const MEASURES: readonly Measure[] = ["weights", "projections", "jumps"];
const RULE: Facts = [
  ["change", "per epoch since the log before: 1 - cosine or the share of the maps that jumped"],
  [
    "settled",
    `at the first log after which the change per epoch stays below ${100 * QUIET_SHARE} % of its largest to the end over at least ${FEWEST_QUIET} later logs - not said of fewer than ${FEWEST_LOGS} logs`,
  ],
];
/** Words of the table that stand beside its charts and are seen. */
const WORDS = "thead th:first-child, thead th > span:not(.visually-hidden), tbody th, td b, td small, td > span, td.plot > p";

export function convergenceExports({ indexes }: ExportProps): Offer[] {
  return [
    { title: "Metrics and layers", draw: (sheet) => draw(sheet, indexes) },
    { title: "Changes of all layers, all epochs", table: () => changes(indexes) },
    { title: "Epochs at which layers settled", table: () => settled(indexes) },
    { title: "Metrics that are shown, all epochs", table: () => metrics(indexes) },
  ];
}

/** The layers of each run, in the order of the network. */
function layersIn(indexes: readonly RunIndex[]): { index: RunIndex; layer: string; series: Series }[] {
  const layers = inOrder(changeLayers(indexes));
  return indexes.flatMap((index) =>
    layers.flatMap((layer) => {
      const series = findSeries(index, "strength", layer);
      return series ? [{ index, layer, series }] : [];
    }),
  );
}

function factsIn(indexes: readonly RunIndex[], more: Facts = []): Facts[] {
  return indexes.flatMap((index) => {
    const layers = layersIn([index]);
    const damaged = layers.flatMap(({ layer, series }) => {
      // Which measure is asked for makes no difference to what can be read.
      const { problem } = changesBy(series, "weights");
      return problem === null ? [] : [["damaged", `${layer}: ${problem}`] as const];
    });
    const renamed = layers.map(({ layer }) => [ownName(index, layer), layer] as const).filter(([own, layer]) => own !== layer);
    const named: Facts = renamed.length === 0 ? [] : [["shown as", renamed.map(([own, layer]) => `${own} as ${layer}`).join(" / ")]];
    return layers[0] ? [factsOfAll(index, "all", layers[0].series, [...named, ...more, ...damaged])] : [];
  });
}

function draw(sheet: Sheet, indexes: readonly RunIndex[]): Figure {
  const table = document.querySelector<HTMLElement>("#view table.convergence");
  if (!table) throw new Error("No chart is shown.");
  const title = `Change of ${changeMeasure.value} per epoch since the log before, below the metrics`;
  const top = Math.round(1.8 * sheet.text);
  const head: Item = { kind: "text", text: title, x: 0, y: sheet.text, size: sheet.text, bold: true };
  const items = [head, ...wordItems(table, top), ...chartItems(table, top)];
  const facts = together(factsIn(indexes, [["measure", changeMeasure.value], ...RULE]));
  return { ...sheet, width: table.clientWidth, height: top + table.clientHeight, title, items, facts, name: ["convergence", changeMeasure.value] };
}

function wordItems(table: HTMLElement, top: number): Item[] {
  const frame = table.getBoundingClientRect();
  return [...table.querySelectorAll<HTMLElement>(WORDS)].flatMap((element) => {
    const text = element.textContent?.trim() ?? "";
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const room = element.closest("th, td")?.getBoundingClientRect() ?? frame;
    const found = document.createRange();
    found.selectNodeContents(element);
    const { left, top: above } = found.getBoundingClientRect();
    const bold = Number(style.fontWeight) >= 600;
    return wrap(text, room.right - left, textMeasure(size, bold)).map((line, at): Item => ({
      kind: "text", text: line, x: left - frame.left, y: top + above - frame.top + Math.round((1.05 + 1.3 * at) * size), size, bold,
    }));
  });
}

async function changes(indexes: readonly RunIndex[]): Promise<Table> {
  await store.need(changeWants(indexes));
  const rows = layersIn(indexes).flatMap(({ index, layer, series }) => {
    const by = MEASURES.map((measure) => changesBy(series, measure).values);
    return series.steps.map((epoch, at) => [index.run, layer, epoch, ...by.map((values) => values[at] ?? Number.NaN)]);
  });
  return { columns: ["run", "layer", "epoch", ...MEASURES], rows, facts: factsIn(indexes, RULE), name: ["changes"] };
}

async function settled(indexes: readonly RunIndex[]): Promise<Table> {
  await store.need(changeWants(indexes));
  const rows = layersIn(indexes).flatMap(({ index, layer, series }) =>
    MEASURES.map((measure) => {
      const found = changesBy(series, measure).settled;
      return [index.run, layer, measure, found.state, found.state === "settled" ? found.step : null];
    }),
  );
  return { columns: ["run", "layer", "measure", "state", "epoch"], rows, facts: factsIn(indexes, RULE), name: ["settled"] };
}

function metrics(indexes: readonly RunIndex[]): Table {
  const all = indexes.flatMap((index) =>
    shownMetrics(indexes).flatMap((name) =>
      scalarsOf(index, name).map(({ series, values }) => {
        if (!values) throw new Error(`${name} of ${index.run} did not come yet. ${store.trouble.peek()?.words ?? ""}`);
        return { index, name, series, values, points: values.points };
      }),
    ),
  );
  return {
    columns: ["run", "metric", "source", "epoch", "value"],
    rows: all.flatMap(({ index, name, series, points }) => points.map(({ step, value }) => [index.run, name, series.source, step, value ?? Number.NaN])),
    facts: indexes.map((index) => {
      const steps = all.filter((one) => one.index === index).flatMap(({ points }) => points.map(({ step }) => step)).sort((a, b) => a - b);
      const facts = factsOf(index, "none", { steps, walls: [] }, steps.length - 1, [["epochs", `all up to ${steps[steps.length - 1] ?? "none"}`]]);
      const unread = all.filter((one) => one.index === index && one.values.error !== null).map(({ series, values }) => [LEFT_OUT, `${series.tag}: ${values.error}`] as const);
      return [...facts.map(([name, value]) => [name, name === "logged" ? "by Keras's TensorBoard callback" : value] as const), ...unread];
    }),
    name: ["metrics"],
  };
}
