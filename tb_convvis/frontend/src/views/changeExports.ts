/** What the view of what changed has to export. */

import type { Table } from "../export/csv";
import { type Facts, type Figure, type Item, type Sheet, box } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { factsOf } from "../export/provenance";
import type { RunIndex } from "../data/index";
import { drawnSize } from "../lib/mosaic";
import { stayed } from "../lib/turnover";
import { openMap, rankBy, showMode } from "../settings";
import { titles } from "../state";
import { slotsOf } from "./changeRanking";
import { type ReadyPair, epochOf, pairOf } from "./comparison";
import { placesIn } from "./features";
import { ruleWords } from "./featureWords";
import { layerChanges } from "./layerChanges";
import { type BlockPlace, type MapTiles, block, blockSize, readTiles } from "./mapTiles";
import { probeAt } from "./probe";
import { stillToCompare } from "./projectionChanges";

/** Sides of a block in CSS pixels, and between two tiles and two blocks. */
const LARGEST = 232;
const SMALLEST = 108;
const GAP = 2;
const BETWEEN = 14;
const BLACK = { colour: "#000000", alpha: 1 };
const WHITE = { colour: "#ffffff", alpha: 1 };

export function changeExports({ index, indexes, layer }: ExportProps): Offer[] {
  const pair = pairOf(index, layer);
  const map = openMap.value;
  const drawn = pair.state === "ready" && map !== null && [pair.a, pair.b].every(({ facts }) => facts.maps.includes(map));
  return [
    ...(drawn ? [{ title: `Map ${map} at A and B`, draw: (sheet: Sheet) => draw(sheet, index, layer, pair, map) }] : []),
    { title: "Changes of all maps, A to B", table: () => ranking(indexes, layer) },
  ];
}

function factsOfPair(index: RunIndex, layer: string, { a, b }: ReadyPair, more: Facts): Facts {
  return factsOf(index, layer, b.series, b.at, [["epochs", `A ${epochOf(a)}, B ${epochOf(b)}`], ["rule", ruleWords(b.facts)], ...more]);
}

async function draw(sheet: Sheet, index: RunIndex, layer: string, pair: ReadyPair, map: number): Promise<Figure> {
  const read = (panel: ReadyPair["a"]) => readTiles(panel, probeAt(index, epochOf(panel), "pictures"), [map], showMode.value);
  const [a, b] = await Promise.all([read(pair.a), read(pair.b)]);
  const [before, after] = [a, b].map((tiles) => slotsOf(tiles.panel, placesIn(tiles.panel.facts, [map])[0] ?? -1)) as [(number | null)[], (number | null)[]];
  const went = stayed(before, after).map((same, slot) => !same && before[slot] !== null);
  const came = stayed(after, before).map((same, slot) => !same && after[slot] !== null);
  const whats = a.show === "both" && b.show === "both" ? (["projections", "patches"] as const) : [a.show === "patches" || b.show === "patches" ? ("patches" as const) : ("projections" as const)];
  const blocks = whats.flatMap((what) => [{ tiles: a, what, marks: went, side: "A" }, { tiles: b, what, marks: came, side: "B" }]);
  const across = (sheet.width + BETWEEN) / blocks.length - BETWEEN >= SMALLEST ? blocks.length : 2;
  const side = Math.min(LARGEST, Math.floor((sheet.width - (across - 1) * BETWEEN) / across));
  const run = titles.value.get(index.run) ?? index.run;
  const title = `${run}: map ${map} of ${layer} at epoch ${epochOf(pair.a)} (A) and ${epochOf(pair.b)} (B)`;
  const items: Item[] = [{ kind: "text", text: title, x: 0, y: sheet.text, size: sheet.text, bold: true }];
  let bottom = 0;
  blocks.forEach(({ tiles, what, marks, side: name }, at) => {
    const size = drawnSize(tiles.tile, Math.floor((side - (tiles.across - 1) * GAP) / tiles.across));
    const [height] = blockSize(tiles, size, GAP);
    const place = { left: (at % across) * (side + BETWEEN), top: Math.round(3.6 * sheet.text) + Math.floor(at / across) * (side + 2 * sheet.text), size, gap: GAP };
    const words: Item = { kind: "text", text: `${name}: ${what}`, x: place.left, y: place.top - 5, size: sheet.text };
    items.push(words, ...block(tiles, map, what, place), ...markItems(tiles, marks, place));
    bottom = Math.max(bottom, place.top + height);
  });
  const key = "Underlined: a picture that the other epoch lacks";
  items.push({ kind: "text", text: key, x: 0, y: bottom + Math.round(1.4 * sheet.text), size: Math.round(0.9 * sheet.text) });
  const facts = factsOfPair(index, layer, pair, [["maps", String(map)], ["came", String(came.filter(Boolean).length)], ["went", String(went.filter(Boolean).length)]]);
  return { ...sheet, height: bottom + 2 * sheet.text, title, items, facts, name: [run, layer, `map${map}`, `epochs${epochOf(pair.a)}-${epochOf(pair.b)}`] };
}

/** A bar along the lower edge of the tiles that are marked, which is seen on any picture. */
function markItems({ across }: MapTiles, marks: readonly boolean[], { left, top, size: [height, width], gap }: BlockPlace): Item[] {
  return marks.flatMap((marked, slot) => {
    const bar = { left: left + (slot % across) * (width + gap), top: top + Math.floor(slot / across) * (height + gap) + height - 3, width, height: 3 };
    return marked ? [box(bar, { fill: BLACK }), box({ ...bar, top: bar.top - 1, height: 1 }, { fill: WHITE })] : [];
  });
}

function ranking(indexes: readonly RunIndex[], layer: string): Table {
  const by = rankBy.value;
  const all = indexes.flatMap((index) => {
    const pair = pairOf(index, layer);
    if (pair.state !== "ready") return [];
    if (by === "projections" && pair.b.facts.tiles && stillToCompare(pair) > 0) throw new Error("The projections are still being compared.");
    return [{ index, pair, changes: layerChanges(index, layer, pair) }];
  });
  const rows = all.flatMap(({ index, pair, changes: { died, revived, ranking: order } }) => {
    const lists = [["newly dead", died], ["revived", revived], ["alive", order]] as const;
    return lists.flatMap(([state, list]) =>
      list.map(({ map, value, turnover, strengths }, at) => [
        index.run, layer, epochOf(pair.a), epochOf(pair.b), map, state, state === "alive" ? at + 1 : null, turnover, ...strengths, by, value,
      ]),
    );
  });
  return {
    columns: ["run", "layer", "epoch_a", "epoch_b", "map", "state", "rank", "turnover", "strength_a", "strength_b", "ranked_by", "value"],
    rows,
    facts: all.map(({ index, pair }) => factsOfPair(index, layer, pair, [["ranked by", by]])),
    name: [layer, "changes", by],
  };
}
