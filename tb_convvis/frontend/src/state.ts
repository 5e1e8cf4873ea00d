/** What is known and what follows from it: runs, their index, the axis that they are kept in step on. */

import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, fetchIndex, fetchRuns, isAbort, wordsOf } from "./api";
import type { RunIndex, RunList, Series } from "./data/index";
import { namedBy } from "./data/namedIndexes";
import { Store } from "./data/store";
import { elapsed, fractions, interpolate, stepAsked } from "./lib/axis";
import { runColours } from "./lib/colours";
import { foldRuns, runTitles, sortRuns } from "./lib/folders";
import { closestIndex, neighbour, shownIndex, unionSteps } from "./lib/steps";
import { type Axis, MAX_RUNS, askedPosition, chosenRuns, syncAxis } from "./settings";

export interface Trouble {
  words: string;
  lost: boolean;
}

export const store = new Store();

export const runList = signal<RunList | null>(null);
export const indexes = signal<RunIndex[] | null>(null);
/** Why the listing could not be read; what was read before stays. */
export const trouble = signal<Trouble | null>(null);
export const readAt = signal(0);
/** Counts readings of the index: what is not kept by wall time is asked for again. */
export const reading = signal(0);
export const hostRuns = signal<string[] | null>(null);
export const dark = signal(false);
export const helpOpen = signal(false);

export const folders = computed(() => foldRuns(runList.value?.runs ?? []));
export const titles = computed(() => runTitles(runList.value?.runs ?? []));

export const colours = computed(() =>
  runColours([...(hostRuns.value ?? []), ...(runList.value?.runs ?? []).map(({ run }) => run)], dark.value),
);

/** The runs that are shown, by name: the user's choice, else the first two. */
export const shownRuns = computed(() => pick(runList.value, chosenRuns.value));

function pick(list: RunList | null, wanted: readonly string[] | null): string[] {
  const all = (list?.runs ?? []).map(({ run }) => run);
  return wanted ? all.filter((run) => wanted.includes(run)).slice(0, MAX_RUNS) : all.slice(0, 2);
}

const ownIndexes = computed(() =>
  shownRuns.value.flatMap((run) => indexes.value?.find((index) => index.run === run) ?? []),
);
const named = namedBy(store);

/** Indexes of the shown runs, as far as they are here; the same layer has the same name in all of them. */
export const shownIndexes = computed(() => named(ownIndexes.value));

/** Steps that are not in the index: those of histograms, known once they are read. By run. */
export const histogramSteps = signal<ReadonlyMap<string, readonly number[]>>(new Map());

/** Where a shown run has data: its steps, and where on the axis each of them stands; null where that is not known. */
interface Ticks {
  run: string;
  steps: number[];
  places: readonly number[] | null;
}

export const ticks = computed(() =>
  shownIndexes.value.map((index): Ticks => {
    const logs = index.series.filter(({ kind, subject }) => kind !== "run" || subject !== "model");
    const steps = unionSteps([...logs.map((one) => one.steps), histogramSteps.value.get(index.run) ?? []]);
    return { run: index.run, steps, places: placesOf(index, logs, steps) };
  }),
);

function placesOf(index: RunIndex, logs: readonly Series[], steps: readonly number[]): readonly number[] | null {
  if (syncAxis.value === "epoch") return steps;
  if (syncAxis.value === "fraction") return fractions(steps);
  const moments = (series: readonly Series[]) =>
    series.flatMap((one) => one.steps.map((at, place) => ({ step: at, wall: one.walls[place] ?? null })));
  return elapsed(steps, moments(logs), moments(index.series.filter((one) => !logs.includes(one))));
}

/** All steps of the shown runs: the axis of charts over the epochs. */
export const timeline = computed(() => unionSteps(ticks.value.map(({ steps }) => steps)));

/** Where the slider can stand, in the unit of its axis. */
export const positions = computed(() => unionSteps(ticks.value.map(({ places }) => places ?? [])));

/** Where the slider stands: always one of its positions while there are any. */
export const position = computed(() => {
  const asked = askedPosition.value ?? Infinity;
  return positions.value[closestIndex(positions.value, asked)] ?? 0;
});

/** The step that is asked of each run where the slider stands. */
export const stepsAsked = computed(
  () => new Map(ticks.value.map(({ run, steps, places }) => [run, stepAsked(syncAxis.value, steps, places, position.value)])),
);

/** The step that is asked of a run where the slider stands: all that a view has to know of the axis. */
export function stepOf(run: string): number {
  return stepsAsked.value.get(run) ?? 0;
}

/** Position in a series of what is shown of it; -1 where it has nothing. */
export function shownAt(series: Series): number {
  return shownIndex(series.steps, stepOf(series.run));
}

/** Where a step of a run stands on the axis; null where that is not known. */
export function placeOf(run: string, step: number): number | null {
  if (syncAxis.value === "epoch") return step;
  const own = ticks.value.find((one) => one.run === run);
  return own?.places ? interpolate(own.steps, own.places, step) : null;
}

export const lastLogged = computed(() => {
  let newest = 0;
  for (const { series } of shownIndexes.value)
    for (const { walls } of series) newest = Math.max(newest, walls.findLast((wall) => wall !== null) ?? 0);
  return newest;
});

/** Puts the slider to a position; at the last one the newest is followed. */
export function goTo(target: number): void {
  const all = positions.value;
  const found = all[closestIndex(all, target)];
  askedPosition.value = found === undefined || found === all[all.length - 1] ? null : found;
}

/** Puts the slider to where a step of a run is shown: the nearest that it has, where the axis is not of epochs. */
export function goToStep(run: string, step: number): void {
  const own = ticks.value.find((one) => one.run === run);
  const place = syncAxis.value === "epoch" ? step : placeOf(run, own?.steps[closestIndex(own.steps, step)] ?? step);
  if (place !== null) goTo(place);
}

export function moveBy(amount: number): void {
  goTo(neighbour(positions.value, position.value, amount));
}

/** Changes the axis; the first run stays at the step that it shows. */
export function chooseAxis(axis: Axis): void {
  const run = ticks.value.find(({ places }) => places)?.run;
  const step = run === undefined ? 0 : stepOf(run);
  batch(() => {
    syncAxis.value = axis;
    if (run !== undefined && askedPosition.value !== null) goToStep(run, step);
  });
}

export function toggleRun(run: string): void {
  const shown = shownRuns.value;
  if (shown.includes(run)) chosenRuns.value = shown.filter((other) => other !== run);
  else if (shown.length < MAX_RUNS) chosenRuns.value = [...shown, run];
}

function report(error: unknown): void {
  if (isAbort(error)) return;
  trouble.value = { words: wordsOf(error), lost: error instanceof ApiError && error.lost };
}

let refreshing: AbortController | null = null;

/** Reads the list of runs and the index again; a newer reading drops an older one. */
export async function refresh(): Promise<void> {
  refreshing?.abort();
  const { signal: stop } = (refreshing = new AbortController());
  try {
    const listed = await fetchRuns(stop);
    const list = { ...listed, runs: sortRuns(listed.runs) };
    const read = await fetchIndex(pick(list, chosenRuns.peek()), stop);
    batch(() => {
      runList.value = list;
      indexes.value = read;
      trouble.value = null;
      // What then still lacks is asked for anew, and fails anew if it does.
      store.trouble.value = null;
      readAt.value = Date.now() / 1000;
      reading.value++;
    });
  } catch (error) {
    report(error);
  }
}

/** Milliseconds from one asking of a server that does not answer to the next. */
export const ASKED_EVERY = 5_000;

/** Asks a server that does not answer until it does: nobody need sit beside a page whose TensorBoard is started anew. */
export function recover(isHidden: () => boolean): void {
  effect(() => {
    if (!trouble.value?.lost && !store.trouble.value?.lost) return undefined;
    const timer = setInterval(() => {
      if (!isHidden()) void refresh();
    }, ASKED_EVERY);
    return () => clearInterval(timer);
  });
}

let choosing: AbortController | null = null;

/** Reads the index of shown runs that is not here yet; a newer choice drops an older one. */
export async function readChosen(): Promise<void> {
  const shown = shownRuns.value;
  const known = indexes.peek();
  if (!known) return;
  const missing = shown.filter((run) => !known.some((index) => index.run === run));
  choosing?.abort();
  if (missing.length === 0) return;
  const { signal: stop } = (choosing = new AbortController());
  try {
    const read = await fetchIndex(missing, stop);
    indexes.value = [...(indexes.peek() ?? []).filter(({ run }) => !missing.includes(run)), ...read];
  } catch (error) {
    report(error);
  }
}
