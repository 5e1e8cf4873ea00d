/** What the Features view has to export. */

import { chartOffers } from "../export/charts";
import type { Table } from "../export/csv";
import type { Facts, Frame, Sheet } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { factsOf, factsOfAll, ranges } from "../export/provenance";
import { type RunIndex, findSeries } from "../data/index";
import { TopNumbers, className } from "../data/top";
import { mapSlot, openMap, showMode } from "../settings";
import { stepOf, store, titles } from "../state";
import { type FeatureReady, NUMBERS, panelOf, strengthAt, topFactsAt, topSeries } from "./features";
import { probeAt } from "./probe";
import { ruleWords } from "./featureWords";
import { strengthWants } from "./featureWants";
import { mapOrder, mapsInView, pageRoom } from "./mapOrder";
import { enlargedFigure, gridFigure } from "./mapFigures";
import { readStrongest, readTiles } from "./mapTiles";
import { figureFour, figureTwo } from "./paperFigures";
import { logSpaced, stripSteps } from "./stripSteps";

/** Maps of a figure where none is pinned: the first of the order that is shown. */
const MAPS = { two: 16, four: 6 };

export function featureExports({ index, indexes, layer }: ExportProps): Offer[] {
  const panel = panelOf(index, layer);
  return [
    ...(panel.state === "ready" ? figures(index, layer, panel) : []),
    { title: "Activations of the drawn maps, shown epoch", table: () => activations(indexes, layer, stepOf(index.run)) },
    { title: "Activations of the drawn maps, all epochs", table: () => activations(indexes, layer, null) },
    { title: "Strengths of all maps, all epochs", table: () => strengths(indexes, layer) },
  ];
}

function figures(index: RunIndex, layer: string, panel: FeatureReady): Offer[] {
  const { series, at, facts } = panel;
  const shown = series.steps[at] ?? 0;
  const run = titles.value.get(index.run) ?? index.run;
  const probe = probeAt(index, shown, "pictures");
  const open = openMap.value;
  const map = open !== null && facts.maps.includes(open) ? open : null;
  const factsFor = (maps: readonly number[], more: Facts = []): Facts => {
    const named: Facts = maps.length > 0 ? [["maps", ranges(maps)]] : [];
    return factsOf(index, layer, series, at, [...named, ["rule", ruleWords(facts)], ...more]);
  };
  const frame = (sheet: Sheet, title: string, own: Facts, what: string): Frame => ({
    ...sheet, title: `${run}: ${title} of ${layer}, epoch ${shown}`, facts: own, name: [run, layer, `epoch${shown}`, what],
  });
  const { pinned, maps } = mapOrder.value;
  const chosen = (most: number) => (pinned.length > 0 ? pinned : maps.slice(0, most)).filter((one) => facts.maps.includes(one));
  const some = (all: number[]) => {
    if (all.length === 0) throw new Error("No map is shown.");
    return all;
  };
  return [
    {
      title: `Maps of ${layer}`,
      draw: async (sheet) => {
        const all = some(mapsInView.value);
        return gridFigure(frame(sheet, "maps", factsFor(all), "maps"), await readTiles(panel, probe, all, showMode.value), all, pageRoom.value);
      },
    },
    ...(map === null
      ? []
      : [{
          title: `Map ${map}`,
          draw: async (sheet: Sheet) => {
            const steps = facts.tiles ? stripSteps([series.steps]) : [];
            const [tiles, strip] = await Promise.all([readTiles(panel, probe, [map], "both"), readStrongest(series, steps, [map])]);
            const slot = Math.min(mapSlot.value ?? 0, facts.k - 1);
            return enlargedFigure(frame(sheet, `map ${map}`, factsFor([map]), `map${map}`), tiles, map, slot, steps, strip.map(([one]) => one ?? null));
          },
        }]),
    ...chartOffers(index, run, [run, layer], () => factsFor(map === null ? [] : [map])),
    {
      title: "Fig. 2: projections and patches",
      paper: true,
      draw: async (sheet) => {
        const all = some(chosen(MAPS.two));
        const tiles = await readTiles(panel, probe, all, "both");
        const sides: Facts = tiles.show === "both" ? [["left", "projections"], ["right", "the patches they belong to"]] : [];
        return figureTwo(frame(sheet, "projections and patches", factsFor(all, sides), "fig2"), layer, tiles, all);
      },
    },
    ...(facts.tiles
      ? [{
          title: "Fig. 4: evolution over the epochs",
          paper: true,
          draw: async (sheet: Sheet) => {
            const all = some(chosen(MAPS.four));
            const steps = logSpaced(series.steps);
            const own = factsFor(all, [["epochs", steps.join(", ")], ["shown", "strongest projection"]]);
            const strongest = await readStrongest(series, steps, all);
            return figureFour({ ...sheet, title: `${run}: evolution of ${layer}`, facts: own, name: [run, layer, "fig4"] }, layer, all, steps, strongest);
          },
        }]
      : []),
  ];
}

/** @param only the step that is wanted; null for all */
async function activations(indexes: readonly RunIndex[], layer: string, only: number | null): Promise<Table> {
  const all = indexes.flatMap((index) => {
    const series = topSeries(index, layer);
    const panel = panelOf(index, layer);
    if (!series) return [];
    const positions = only === null ? series.steps.map((_, at) => at) : panel.state === "ready" ? [panel.at] : [];
    return [{ index, series, positions }];
  });
  await store.ensure(all.map(({ series, positions }) => ({ series, positions, indices: [0, NUMBERS], bytesPerStep: 2 ** 16 })));
  function* rows() {
    for (const { index, series, positions } of all)
      for (const at of positions) {
        const facts = topFactsAt(series, at);
        const bytes = store.blob(series, at, NUMBERS)?.value;
        const epoch = series.steps[at] ?? 0;
        const probe = probeAt(index, epoch, "pictures");
        if (!facts || !bytes) continue;
        const numbers = new TopNumbers(facts, bytes);
        for (const [place, map] of facts.maps.entries())
          for (let slot = 0; slot < facts.k; slot++) {
            const { value, image, row, col, top, left } = numbers.at(place, slot);
            yield [index.run, layer, epoch, map, slot, value, image, probe && className(probe.facts, image), row, col, top, left];
          }
      }
  }
  return {
    columns: ["run", "layer", "epoch", "map", "slot", "value", "image", "class", "row", "col", "top", "left"],
    rows: rows(),
    facts: all.map(({ index, series, positions }) => {
      const [at = -1] = positions;
      const facts = topFactsAt(series, at);
      const rule: Facts = [["rule", facts ? ruleWords(facts) : "not known"]];
      return only === null ? factsOfAll(index, layer, series, rule) : factsOf(index, layer, series, at, rule);
    }),
    name: [layer, ...(only === null ? [] : [`epoch${only}`]), "activations"],
  };
}

async function strengths(indexes: readonly RunIndex[], layer: string): Promise<Table> {
  await store.ensure(strengthWants(indexes, layer));
  const all = indexes.flatMap((index) => {
    const series = findSeries(index, "strength", layer);
    return series ? [{ index, series }] : [];
  });
  function* rows() {
    for (const { index, series } of all)
      for (const [at, epoch] of series.steps.entries()) {
        const known = strengthAt(index, layer, at);
        const probe = probeAt(index, epoch, "pictures");
        if (!known) continue;
        const { value, deadShare, image, change } = known.maps;
        for (const map of value.keys())
          yield [
            index.run, layer, epoch, map, value[map] ?? null, deadShare[map] ?? null, image[map] ?? null,
            probe && className(probe.facts, image[map] ?? -1), change[map] ?? null,
          ];
      }
  }
  return {
    columns: ["run", "layer", "epoch", "map", "strength", "dead_share", "image", "class", "change"],
    rows: rows(),
    facts: all.map(({ index, series }) => factsOfAll(index, layer, series)),
    name: [layer, "strengths"],
  };
}
