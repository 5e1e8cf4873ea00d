/** What the Weights view has to export. */

import { chartOffers } from "../export/charts";
import type { Table } from "../export/csv";
import type { Facts } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { LEFT_OUT, factsOf, timeWords } from "../export/provenance";
import { type RunIndex, findSeries } from "../data/index";
import { shownIndex } from "../lib/steps";
import { chartMode } from "../settings";
import { stepOf, store, titles } from "../state";
import { currentWeight, histogramsOf, stepsOf, weightSeries } from "./histogramData";
import type { PanelProps } from "./view";

const READ = {
  ridgeline: "values to the right, epochs downwards, height for the share of the weights in a bin",
  heat: "epochs to the right, values upwards, colour for the share of the weights in a bin (square root)",
};

export function weightExports({ index, ...props }: ExportProps): Offer[] {
  const weight = currentWeight(props);
  const series = weightSeries(index, props.layer, weight);
  const histograms = series && histogramsOf(series);
  const title = titles.value.get(index.run) ?? index.run;
  const steps = histograms ? stepsOf(histograms) : [];
  return [
    ...chartOffers(index, title, [title, props.layer, weight, `epoch${stepOf(index.run)}`, chartMode.value], () => [
      ...weightFacts(index, props.layer, weight, steps, shownIndex(steps, stepOf(index.run))),
      ["shown", READ[chartMode.value]],
    ]),
    { title: `Histograms of ${props.layer}/${weight}, all epochs`, table: () => histogramTable(props, weight) },
  ];
}

/** Histograms carry no time of their own here: it is that of the epoch's status. */
function weightFacts(index: RunIndex, layer: string, weight: string, steps: readonly number[], at: number, more: Facts = []): Facts {
  const series = weightSeries(index, layer, weight);
  const status = findSeries(index, "run", "weights");
  const walls = steps.map((one) => status?.walls[status.steps.indexOf(one)] ?? null);
  const facts = factsOf(index, layer, { steps: [...steps], walls }, at, [["weight", weight], ...more]);
  if (series?.source !== "keras") return facts;
  return facts.map(([name, value]) => [name, name === "logged" ? `by Keras's TensorBoard callback, ${timeWords(null)}` : value]);
}

function histogramTable({ indexes, layer }: PanelProps, weight: string): Table {
  const all = indexes.flatMap((index) => {
    const series = weightSeries(index, layer, weight);
    const histograms = series && histogramsOf(series);
    if (series && !histograms) throw new Error(`${series.name} of ${index.run} did not come yet. ${store.trouble.peek()?.words ?? ""}`);
    return histograms ? [{ index, histograms }] : [];
  });
  function* rows() {
    for (const { index, histograms } of all)
      for (const { step: epoch, buckets } of histograms.points)
        for (const [left, right, amount] of buckets) yield [index.run, layer, weight, epoch, left, right, amount];
  }
  return {
    columns: ["run", "layer", "weight", "epoch", "left", "right", "count"],
    rows: rows(),
    facts: all.map(({ index, histograms }) => {
      const steps = stepsOf(histograms);
      const damaged: Facts = histograms.error === null ? [] : [[LEFT_OUT, histograms.error]];
      return weightFacts(index, layer, weight, steps, steps.length - 1, [["epochs", `all up to ${steps[steps.length - 1]}`], ...damaged]);
    }),
    name: [layer, weight, "histograms"],
  };
}
