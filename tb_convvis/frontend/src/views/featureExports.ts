/** What the Features view has to export. */

import { chartOffers } from "../export/charts";
import type { Table } from "../export/csv";
import type { Facts, Frame, Sheet } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { factsOf, factsOfAll, leftOut, ranges } from "../export/provenance";
import { type RunIndex, findSeries } from "../data/index";
import { className } from "../data/top";
import { mapSlot, openMap, showMode } from "../settings";
import { shownAt, stepOf, store, titles } from "../state";
import { type FeatureReady, NUMBERS, panelOf, strengthAt, topRecordAt, topSeries } from "./features";
import { probeAt, probeManifests } from "./probe";
import { ruleWords } from "./featureWords";
import { strengthWants } from "./featureWants";
import { mapOrder, mapsInView, pageRoom } from "./mapOrder";
import { enlargedFigure, gridFigure } from "./mapFigures";
import { type MapTiles, hatchFacts, readStrongest, readTiles, stateIn } from "./mapTiles";
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
        const tiles = await readTiles(panel, probe, all, showMode.value);
        return gridFigure(frame(sheet, "maps", factsFor(all, hatchedIn(tiles, all)), "maps"), tiles, all, pageRoom.value);
      },
    },
    ...(map === null
      ? []
      : [{
          title: `Map ${map}`,
          draw: async (sheet: Sheet) => {
            const steps = facts.tiles ? stripSteps([series.steps]) : [];
            const [tiles, { strongest, damaged }] = await Promise.all([readTiles(panel, probe, [map], "both"), readStrongest(series, steps, [map])]);
            const strip = strongest.map(([one]) => one ?? null);
            const slot = Math.min(mapSlot.value ?? 0, facts.k - 1);
            const own = [...hatchFacts([stateIn(tiles, map), ...strip.map((one) => one?.state ?? null)]), ...leftOut(damaged, steps.length)];
            return enlargedFigure(frame(sheet, `map ${map}`, factsFor([map], own), `map${map}`), tiles, map, slot, steps, strip);
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
        const own = factsFor(all, [...sides, ...hatchedIn(tiles, all)]);
        return figureTwo(frame(sheet, "projections and patches", own, "fig2"), layer, tiles, all);
      },
    },
    ...(facts.tiles
      ? [{
          title: "Fig. 4: evolution over the epochs",
          paper: true,
          draw: async (sheet: Sheet) => {
            const all = some(chosen(MAPS.four));
            const steps = logSpaced(series.steps);
            const { strongest, damaged } = await readStrongest(series, steps, all);
            const states = strongest.flat().map((one) => one?.state ?? null);
            const shown: Facts = [["epochs", steps.join(", ")], ["shown", "strongest projection"]];
            const own = factsFor(all, [...shown, ...hatchFacts(states), ...leftOut(damaged, steps.length)]);
            return figureFour({ ...sheet, title: `${run}: evolution of ${layer}`, facts: own, name: [run, layer, "fig4"] }, layer, all, steps, strongest);
          },
        }]
      : []),
  ];
}

function hatchedIn(tiles: MapTiles, maps: readonly number[]): Facts {
  return hatchFacts(maps.map((map) => stateIn(tiles, map)));
}

/** @param only the step that is wanted; null for all */
async function activations(indexes: readonly RunIndex[], layer: string, only: number | null): Promise<Table> {
  const all = indexes.flatMap((index) => {
    const series = topSeries(index, layer);
    const positions = !series ? [] : only === null ? series.steps.map((_, at) => at) : [shownAt(series)].filter((at) => at >= 0);
    return series && positions.length > 0 ? [{ index, series, positions }] : [];
  });
  await store.need([
    ...all.map(({ series, positions }) => ({ series, positions, indices: [0, NUMBERS], bytesPerStep: 2 ** 16 })),
    ...probeManifests(indexes, "pictures"),
  ]);
  function* rows() {
    for (const { index, series, positions } of all)
      for (const at of positions) {
        const record = topRecordAt(series, at);
        if (!record) continue;
        const { facts, numbers } = record;
        const epoch = series.steps[at] ?? 0;
        const probe = probeAt(index, epoch, "pictures");
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
      const records = positions.map((at) => topRecordAt(series, at));
      const facts = records.find(Boolean)?.facts;
      const damaged = positions.filter((_, place) => !records[place]).map((at) => series.steps[at] ?? 0);
      const own: Facts = [["rule", facts ? ruleWords(facts) : "not known"], ...leftOut(damaged, positions.length)];
      return only === null ? factsOfAll(index, layer, series, own) : factsOf(index, layer, series, positions[0] ?? -1, own);
    }),
    name: [layer, ...(only === null ? [] : [`epoch${only}`]), "activations"],
  };
}

async function strengths(indexes: readonly RunIndex[], layer: string): Promise<Table> {
  await store.need([...strengthWants(indexes, layer), ...probeManifests(indexes, "pictures")]);
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
    facts: all.map(({ index, series }) => {
      const damaged = series.steps.filter((_, at) => !strengthAt(index, layer, at));
      return factsOfAll(index, layer, series, leftOut(damaged, series.steps.length));
    }),
    name: [layer, "strengths"],
  };
}
