/** Which maps are shown, and in which order: the same in all runs, so that a row compares the same map. */

import { batch, computed, signal } from "@preact/signals";
import type { RunIndex } from "../data/index";
import { seriesKey } from "../data/store";
import { stateOf } from "../data/top";
import { layer } from "../layers";
import { passes, readFilter } from "../lib/mapFilter";
import { togglePin } from "../lib/pins";
import { ranked } from "../lib/ranking";
import { shownIndex } from "../lib/steps";
import { type OnlyMaps, findText, mapPage, onlyClass, onlyMaps, openMap, orderRun, orderStep, orderTime, pins, sortMode } from "../settings";
import { shownIndexes, stepOf, store } from "../state";
import { OVERVIEW, type Strength, factsNear, mosaics, restedAt, topFactsAt, topSeries } from "./features";
import { mapsKnown } from "./mapsKnown";
import { likeTogether, pixelsOf, projectionVectors } from "./mapVectors";

/** Maps on one page: as many as the callback draws unless it is told otherwise. */
const PAGE = 64;
/** What a map may be at an epoch: the values say it. */
const STATES: readonly OnlyMaps[] = ["alive", "dead", "not finite"];

export interface MapOrder {
  /** Numbers of the pinned maps, and of the others that pass the filter, sorted. */
  pinned: number[];
  maps: number[];
  /** How many maps any of the shown runs has drawn. */
  drawn: number;
  /** The run and the epoch whose values sort and filter; null where none is here. */
  by: { run: string; step: number } | null;
  /** True where what sorts is not here: then the number does. */
  lacking: boolean;
  /** How many of the shown maps have no value to sort by. */
  unknown: number;
  /** Of how many of the shown maps it is not known whether they pass the filter. */
  undecided: number;
  /** Classes that the strongest pictures of the drawn maps are of. */
  classes: string[];
  error: string | null;
}

/**
 * The run and the step whose values sort and filter.
 *
 * By default the step at which the user chose the order: a map keeps its place while the slider moves, so that it
 * can be followed by eye, and while a training goes on.
 */
export function orderBase(indexes: readonly RunIndex[], path: string): { index: RunIndex | undefined; target: number } {
  const able = indexes.filter((index) => topSeries(index, path));
  const index = able.find(({ run }) => run === orderRun.value) ?? able[0];
  const rested = restedAt.value.get(index?.run ?? "") ?? 0;
  return { index, target: orderTime.value === "follow" ? rested : (orderStep.value ?? Infinity) };
}

/** Whether anything but the number decides which maps are shown, or where. */
export const usesValues = computed(
  () => sortMode.value !== "number" || onlyClass.value !== "" || STATES.includes(onlyMaps.value) || /[^\d\s,-]/.test(findText.value),
);

export const isFiltered = computed(() => onlyClass.value !== "" || onlyMaps.value !== "all" || findText.value.trim() !== "");

export const mapOrder = computed<MapOrder>(() => {
  void store.arrivals.value;
  const [indexes, path] = [shownIndexes.value, layer.value];
  const drawn = drawnMaps(indexes, path);
  const { index, target } = orderBase(indexes, path);
  const known = index ? mapsKnown(index, path, target) : null;
  const strength = known?.strength ?? null;
  const find = readFilter(findText.value);
  const only = onlyMaps.value;
  const wanted = { state: STATES.includes(only) ? only : null, className: onlyClass.value, find };
  const pinned = (pins.value.get(path) ?? []).filter((map) => drawn.includes(map));
  const others = only === "pinned" ? [] : drawn.filter((map) => !pinned.includes(map));
  const verdicts = new Map(others.map((map) => [map, passes(map, known?.of(map) ?? null, wanted)]));
  const passing = others.filter((map) => verdicts.get(map) !== false);
  const worth = worthOf(strength, index && sortMode.value === "similarity" ? likeness(index, path, target) : null);
  return {
    pinned,
    maps: ranked(passing, worth ?? (() => 0)),
    drawn: drawn.length,
    by: index && known?.step != null ? { run: index.run, step: known.step } : null,
    lacking: !worth,
    unknown: worth ? passing.filter((map) => Number.isNaN(worth(map))).length : 0,
    undecided: passing.filter((map) => verdicts.get(map) === null).length,
    classes: [...new Set(drawn.flatMap((map) => known?.of(map)?.className ?? []))].sort(),
    error: find.error,
  };
});

/** Maps that any of the runs has drawn, ascending. */
function drawnMaps(indexes: readonly RunIndex[], path: string): number[] {
  const all = indexes.map((index) => {
    const series = topSeries(index, path);
    return series ? (factsNear(series, series.steps.length - 1)?.maps ?? []) : [];
  });
  return [...new Set(all.flat())].sort((a, b) => a - b);
}

/** What sorts the maps, the greatest first; null where it is not here. */
function worthOf(strength: Strength | null, like: ReadonlyMap<number, number> | null): ((map: number) => number) | null {
  const sort = sortMode.value;
  if (sort === "number") return () => 0;
  if (sort === "similarity") return like && ((map) => -(like.get(map) ?? Number.NaN));
  if (!strength) return null;
  const { value, change, deadShare } = strength.maps;
  const [worth, rest] = sort === "strength" ? [value] : sort === "change" ? [change] : [deadShare, value];
  return (map) => {
    const state = rest && stateOf(rest[map] ?? 0);
    // A dead map is dead even where its share was not computed; of one that is not finite the share says nothing.
    return state === "dead" ? Infinity : state === "not finite" ? Number.NaN : (worth[map] ?? Number.NaN);
  };
}

let known: { key: string; places: Map<number, number> } | null = null;

/** The place of each map where like ones stand together; null while its picture is not decoded. */
function likeness(index: RunIndex, path: string, target: number): ReadonlyMap<number, number> | null {
  const series = topSeries(index, path);
  const at = series ? shownIndex(series.steps, target) : -1;
  const facts = series && topFactsAt(series, at);
  if (!facts) return null;
  const key = seriesKey(series, at, OVERVIEW);
  if (known?.key === key) return known.places;
  const picture = mosaics.get(key);
  if (picture === undefined && facts.tiles) {
    void mosaics.decoded.value;
    const bytes = store.blob(series, at, OVERVIEW)?.value;
    if (bytes) mosaics.want(key, bytes);
    return null;
  }
  const pixels = picture && pixelsOf(picture);
  const vectors = pixels ? projectionVectors(pixels, facts) : [];
  const order = likeTogether(vectors).filter((place) => vectors[place]);
  known = { key, places: new Map(order.map((place, rank) => [facts.maps[place] ?? -1, rank])) };
  return known.places;
}

export const pages = computed(() => Math.max(1, Math.ceil(mapOrder.value.maps.length / PAGE)));

export const page = computed(() => Math.min(Math.max(0, mapPage.value ?? 0), pages.value - 1));

/** The maps of the page that is looked at. */
export const pageMaps = computed(() => mapOrder.value.maps.slice(page.value * PAGE, (page.value + 1) * PAGE));

/** As many maps as a page has room for: a filter leaves their size as it is. */
export const pageRoom = computed(() => Math.min(PAGE, mapOrder.value.drawn));

/** All maps that are drawn now. */
export const mapsInView = computed(() => [...mapOrder.value.pinned, ...pageMaps.value]);

/** Changes what sorts or filters; the values that decide are from then on those of the step that is shown. */
export function reorder(change: () => void): void {
  batch(() => {
    change();
    const { index } = orderBase(shownIndexes.peek(), layer.peek());
    orderStep.value = usesValues.value && index ? stepOf(index.run) : null;
    mapPage.value = null;
  });
}

export function clearFilter(): void {
  reorder(() => {
    findText.value = onlyClass.value = "";
    onlyMaps.value = "all";
  });
}

/** The map so many places on in the order that is shown; undefined beyond its ends. */
export function neighbourOf(map: number | null, by: number): number | undefined {
  const all = [...mapOrder.value.pinned, ...mapOrder.value.maps];
  const at = map === null ? -1 : all.indexOf(map);
  return at < 0 ? all[0] : all[at + by];
}

/** Enlarges the map so many places on, and turns to its page. */
export function moveMap(by: number): void {
  const target = neighbourOf(openMap.value, by);
  if (target === undefined) return;
  const at = mapOrder.value.maps.indexOf(target);
  batch(() => {
    openMap.value = target;
    if (at >= 0) mapPage.value = Math.floor(at / PAGE) || null;
  });
}

/** The map under the pointer, or that the focus came to. */
export const pointedMap = signal<number | null>(null);

export function pinMap(map: number): void {
  pins.value = togglePin(pins.value, layer.value, map);
}

/** Pins, or unpins, the map that is pointed at, has the focus or is enlarged. */
export function pinAimed(): void {
  const cell = document.activeElement?.closest<HTMLElement>(".map-grid [data-cell]");
  const map = pointedMap.value ?? (cell ? Number(cell.dataset["cell"]) : openMap.value);
  if (map === null) return;
  const next = neighbourOf(map, 1) ?? neighbourOf(map, -1);
  const column = cell?.closest(".column");
  pinMap(map);
  // The map moves to another row, and its cell with it: the focus goes on to where it stood.
  if (cell) requestAnimationFrame(() => cell.isConnected || column?.querySelector<HTMLElement>(`[data-cell="${next}"]`)?.focus());
}
