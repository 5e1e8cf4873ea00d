/** What the view of what changed has to export. */

import type { Table } from "../export/csv";
import type { Facts, Figure, Sheet } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { LEFT_OUT, factsOf } from "../export/provenance";
import { type RunIndex, findSeries } from "../data/index";
import type { Want } from "../data/plan";
import { type PairMode, openMap, pairMode, rankBy, showMode } from "../settings";
import { store, titles } from "../state";
import { type Pair, type ReadyPair, epochOf, pairOf } from "./comparison";
import { ruleWords } from "./featureWords";
import { STRENGTH } from "./featureWants";
import { layerChanges } from "./layerChanges";
import { readTiles } from "./mapTiles";
import { differenceFigure, sideFigure } from "./pairFigures";
import { probeAt } from "./probe";
import { stillToCompare } from "./projectionChanges";

/** In the order of the page. */
const KINDS = ["newly dead", "revived", "not finite", "alive", "not drawn", "dead at both"] as const;

export function changeExports({ index, indexes, layer }: ExportProps): Offer[] {
  const pair = pairOf(index, layer);
  const map = openMap.value;
  const drawn = pair.state === "ready" && map !== null && [pair.a, pair.b].every(({ facts }) => facts.maps.includes(map));
  // What wipes or flickers on the screen stands side by side on paper: there is no other way to show it.
  const mode = pairMode.value === "difference" && drawn && [pair.a, pair.b].every(({ facts }) => facts.tiles) ? "difference" : "side";
  const title = mode === "difference" ? `Map ${map}, difference of A and B` : `Map ${map} at A and B, side by side`;
  return [
    ...(drawn ? [{ title, draw: (sheet: Sheet) => draw(sheet, index, layer, pair, map, mode) }] : []),
    { title: "Changes of all maps, A to B", table: () => ranking(indexes, layer) },
  ];
}

function factsOfPair(index: RunIndex, layer: string, { a, b }: ReadyPair, more: Facts): Facts {
  return factsOf(index, layer, b.series, b.at, [["epochs", `A ${epochOf(a)}, B ${epochOf(b)}`], ["rule", ruleWords(b.facts)], ...more]);
}

async function draw(sheet: Sheet, index: RunIndex, layer: string, pair: ReadyPair, map: number, mode: PairMode): Promise<Figure> {
  const apart = mode === "difference";
  const read = (panel: ReadyPair["a"]) => readTiles(panel, probeAt(index, epochOf(panel), "pictures"), [map], apart ? "projections" : showMode.value);
  const [a, b] = await Promise.all([read(pair.a), read(pair.b)]);
  const run = titles.value.get(index.run) ?? index.run;
  const frame = {
    ...sheet,
    title: `${run}: map ${map} of ${layer} at epoch ${epochOf(pair.a)} (A) and ${epochOf(pair.b)} (B)`,
    name: [run, layer, `map${map}`, `epochs${epochOf(pair.a)}-${epochOf(pair.b)}`, ...(apart ? ["difference"] : [])],
    factsWith: (more: Facts) => factsOfPair(index, layer, pair, more),
  };
  return (apart ? differenceFigure : sideFigure)(frame, { pair, map, a, b });
}

/** The strengths of all maps at both epochs, where they are logged. */
function strengthsOf(index: RunIndex, layer: string, { a, b }: ReadyPair): Want[] {
  const series = findSeries(index, "strength", layer);
  const positions = series ? [a, b].map((panel) => series.steps.indexOf(epochOf(panel))).filter((at) => at >= 0) : [];
  return series && positions.length > 0 ? [{ series, positions, indices: STRENGTH, bytesPerStep: 8_192 }] : [];
}

function wordsOf(pair: Pair): string {
  return pair.state === "ready" || pair.state === "loading" ? "" : pair.words;
}

async function ranking(indexes: readonly RunIndex[], layer: string): Promise<Table> {
  const by = rankBy.value;
  const pairs = indexes.map((index) => ({ index, pair: pairOf(index, layer) }));
  const ready = pairs.flatMap(({ index, pair }) => (pair.state === "ready" ? [{ index, pair }] : []));
  if (pairs.some(({ pair }) => pair.state === "loading")) throw new Error(`Not all records are here. ${store.trouble.peek()?.words ?? "They are still being fetched."}`);
  if (by === "projections" && ready.some(({ pair }) => pair.b.facts.tiles && stillToCompare(pair) > 0)) throw new Error("The projections are still being compared.");
  await store.need(ready.flatMap(({ index, pair }) => strengthsOf(index, layer, pair)));
  const rows = ready.flatMap(({ index, pair }) => {
    const { of } = layerChanges(index, layer, pair);
    return KINDS.flatMap((kind) =>
      of[kind].map(({ map, value, turnover, strengths }, at) => [
        index.run, layer, epochOf(pair.a), epochOf(pair.b), map, kind, kind === "alive" ? at + 1 : null, turnover, ...strengths, by, value,
      ]),
    );
  });
  return {
    columns: ["run", "layer", "epoch_a", "epoch_b", "map", "state", "rank", "turnover", "strength_a", "strength_b", "ranked_by", "value"],
    rows,
    facts: pairs.map(({ index, pair }) =>
      pair.state === "ready" ? factsOfPair(index, layer, pair, [["ranked by", by]]) : [["run", index.run], [LEFT_OUT, wordsOf(pair)]],
    ),
    name: [layer, "changes", by],
  };
}
