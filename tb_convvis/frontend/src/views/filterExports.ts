/** What the First layer view has to export. */

import type { Table } from "../export/csv";
import { chartOffers } from "../export/charts";
import type { Facts, Figure, Item, Sheet } from "../export/figure";
import type { ExportProps, Offer } from "../export/offer";
import { factsOf, factsOfAll, leftOut } from "../export/provenance";
import { type RunIndex, findSeries } from "../data/index";
import { wholeSeries } from "../data/plan";
import { GRID_TILE, gridRoom } from "../components/FilterGrid";
import { type GridLayout, blockAt, layoutGrid } from "../lib/gridLayout";
import { type Tiles, tilesOf } from "../lib/kernel";
import { openFilter } from "../settings";
import { store, titles } from "../state";
import { scaleWords } from "./FilterColumn";
import { historyTiles } from "./FilterDetail";
import { type FilterReady, factsAt, panelOf, scaleOf } from "./filters";

/** CSS pixels: tiles of a history. */
const FILM_TILE = 44;

export function filterExports({ index, indexes, layer }: ExportProps): Offer[] {
  const panel = panelOf(index, layer);
  const open = openFilter.value;
  const filters: Offer = { title: "Filter statistics, all epochs", table: () => statistics(indexes, layer) };
  if (panel.state !== "ready") return [filters];
  const title = titles.value.get(index.run) ?? index.run;
  const facts = (more: Facts = []) => factsOf(index, layer, panel.series, panel.at, [...more, ["scale", `grey is 0, white is ${scaleWords(panel)}`]]);
  return [
    { title: `Filters of ${layer}`, draw: (sheet) => grid(sheet, panel, title, layer, facts()) },
    ...(open === null || open >= panel.kernel.filters
      ? []
      : [{ title: `Filter ${open} over the epochs`, draw: (sheet: Sheet) => history(sheet, panel, open, title, layer, facts) }]),
    ...chartOffers(index, title, [title, layer], facts),
    filters,
  ];
}

function grid(sheet: Sheet, panel: FilterReady, title: string, layer: string, facts: Facts): Figure {
  const { kernel, display, series, at } = panel;
  const tiles = tilesOf(kernel, display, scaleOf(panel).maxima);
  const layout = layoutGrid(tiles, { width: sheet.width, height: gridRoom() }, GRID_TILE, 1);
  const step = series.steps[at];
  return figureOf(sheet, `${title}: filters of ${layer}, epoch ${step}`, layout, tiles, [], facts, [title, layer, `epoch${step}`, "filters"]);
}

function history(sheet: Sheet, panel: FilterReady, filter: number, title: string, layer: string, facts: (more: Facts) => Facts): Figure {
  const { tiles, steps } = historyTiles(panel, filter, scaleOf(panel).maxima);
  if (!tiles) throw new Error("No epoch of this filter is here.");
  const layout = layoutGrid(tiles, { width: sheet.width, height: Infinity }, FILM_TILE, 1);
  const all = panel.series.steps.length;
  const shown = steps.length < all ? `${steps.join(", ")} (${steps.length} of ${all})` : steps.join(", ");
  const own = facts([["epochs", shown], ["filter", String(filter)]]);
  const heading = `${title}: filter ${filter} of ${layer} over the epochs`;
  return figureOf(sheet, heading, layout, tiles, steps, own, [title, layer, `filter${filter}`, "epochs"]);
}

/** @param steps where each tile is an epoch: its number, which stands below it */
function figureOf(sheet: Sheet, title: string, layout: GridLayout, tiles: Tiles, steps: readonly number[], facts: Facts, name: string[]): Figure {
  const line = steps.length > 0 ? Math.round(1.3 * sheet.text) : 0;
  const top = Math.round(1.8 * sheet.text);
  const head: Item = { kind: "text", text: title, x: 0, y: sheet.text, size: sheet.text, bold: true };
  const at = (filter: number): [left: number, top: number] => {
    const [left, above] = blockAt(layout, filter);
    return [left, top + above + line * Math.floor(filter / layout.columns)];
  };
  const numbers = steps.map((step, tile): Item => {
    const [left, above] = at(tile);
    const y = above + layout.blockHeight + Math.round(0.9 * sheet.text);
    return { kind: "text", text: String(step), x: left + layout.blockWidth / 2, y, size: Math.round(0.8 * sheet.text), anchor: "middle" };
  });
  const height = top + layout.height + line * layout.rows;
  return { ...sheet, height, title, items: [head, ...tileItems(layout, tiles, at), ...numbers], facts, name };
}

/** Each tile as it is, one pixel a weight; the figure enlarges it. */
function tileItems(layout: GridLayout, tiles: Tiles, placeOf: (filter: number) => [left: number, top: number]): Item[] {
  const { height, width, filters, perFilter, pixels } = tiles;
  const { scale, blockColumns, innerGap } = layout;
  const picture = new OffscreenCanvas(width * perFilter, height * filters);
  const context = picture.getContext("2d");
  const bytes = new Uint8ClampedArray(pixels.buffer as ArrayBuffer, pixels.byteOffset, pixels.byteLength);
  const area = 4 * width * height;
  return Array.from({ length: filters * perFilter }, (_, at): Item => {
    const [filter, tile] = [Math.floor(at / perFilter), at % perFilter];
    const from = { left: tile * width, top: filter * height, width, height };
    context?.putImageData(new ImageData(bytes.slice(at * area, (at + 1) * area), width, height), from.left, from.top);
    const [left, top] = placeOf(filter);
    const to = {
      left: left + (tile % blockColumns) * (width * scale + innerGap),
      top: top + Math.floor(tile / blockColumns) * (height * scale + innerGap),
      width: width * scale,
      height: height * scale,
    };
    return { kind: "picture", picture, from, to };
  });
}

async function statistics(indexes: readonly RunIndex[], layer: string): Promise<Table> {
  const all = indexes.flatMap((index) => {
    const series = findSeries(index, "filters", layer);
    return series ? [{ index, series }] : [];
  });
  await store.need(all.map(({ series }) => wholeSeries(series, 0, 4_096)));
  const rows = all.flatMap(({ index, series }) =>
    series.steps.flatMap((step, at) => {
      const facts = factsAt(series, at);
      return (facts?.rms ?? []).map((rms, filter) => [index.run, layer, step, filter, rms, facts?.norm[filter] ?? Number.NaN]);
    }),
  );
  return {
    columns: ["run", "layer", "epoch", "filter", "rms", "norm"],
    rows,
    facts: all.map(({ index, series }) => {
      const damaged = series.steps.filter((_, at) => !factsAt(series, at));
      return factsOfAll(index, layer, series, leftOut(damaged, series.steps.length));
    }),
    name: [layer, "filter-statistics"],
  };
}
