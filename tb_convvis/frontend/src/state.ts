/** What is known and what follows from it: runs, their index, the common time axis. */

import { batch, computed, signal } from "@preact/signals";
import { ApiError, fetchIndex, fetchRuns, isAbort, wordsOf } from "./api";
import type { RunIndex, RunList } from "./data/index";
import { Store } from "./data/store";
import { runColours } from "./lib/colours";
import { foldRuns, runTitles, sortRuns } from "./lib/folders";
import { closestIndex, neighbour, unionSteps } from "./lib/steps";
import { MAX_RUNS, askedStep, chosenRuns } from "./settings";

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

/** Indexes of the shown runs, as far as they are here. */
export const shownIndexes = computed(() =>
  shownRuns.value.flatMap((run) => indexes.value?.find((index) => index.run === run) ?? []),
);

/** Steps that are not in the index: those of histograms, known once they are read. By run. */
export const histogramSteps = signal<ReadonlyMap<string, readonly number[]>>(new Map());

/** Where each shown run has data: its ticks on the slider. */
export const ticks = computed(() =>
  shownIndexes.value.map(({ run, series }) => ({
    run,
    steps: unionSteps([
      ...series.filter(({ kind, subject }) => kind !== "run" || subject !== "model").map(({ steps }) => steps),
      histogramSteps.value.get(run) ?? [],
    ]),
  })),
);

export const timeline = computed(() => unionSteps(ticks.value.map(({ steps }) => steps)));

/** The step that is looked at: always one of the time axis while there are any. */
export const step = computed(() => {
  const steps = timeline.value;
  const asked = askedStep.value ?? Infinity;
  return steps[closestIndex(steps, asked)] ?? 0;
});

export const lastLogged = computed(() => {
  let newest = 0;
  for (const { series } of shownIndexes.value)
    for (const { walls } of series) newest = Math.max(newest, walls.findLast((wall) => wall !== null) ?? 0);
  return newest;
});

/** Goes to a step; at the last one the newest is followed. */
export function goTo(target: number): void {
  const steps = timeline.value;
  const found = steps[closestIndex(steps, target)];
  askedStep.value = found === undefined || found === steps[steps.length - 1] ? null : found;
}

export function moveBy(amount: number): void {
  goTo(neighbour(timeline.value, step.value, amount));
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
      readAt.value = Date.now() / 1000;
      reading.value++;
    });
  } catch (error) {
    report(error);
  }
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
