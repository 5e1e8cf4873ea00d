/** Which two logs of a run are compared: B, where the slider rested, and A, which the user chose. */

import { batch, computed, signal } from "@preact/signals";
import type { RunIndex } from "../data/index";
import { shownIndex, unionSteps } from "../lib/steps";
import { layer } from "../layers";
import { epochA } from "../settings";
import { goToStep, placeOf, shownIndexes, stepOf } from "../state";
import { type FeatureReady, panelOf, topSeries } from "./features";
import type { UnreadyPanel } from "./Unready";

/** The step of each run at which the slider rested last: while it moves nothing is compared. Null before it ever did. */
export const comparedAt = signal<ReadonlyMap<string, number> | null>(null);

const stepB = ({ run }: RunIndex): number => comparedAt.value?.get(run) ?? 0;

export interface ReadyPair {
  state: "ready";
  a: FeatureReady;
  b: FeatureReady;
  failure: string | null;
}

export type Pair = UnreadyPanel | ReadyPair;

/** Position of A in the logs of a layer where B stands at `b`; -1 where there is none. */
export function placeOfA(steps: readonly number[], b: number): number {
  const chosen = epochA.value;
  if (chosen === "previous") return b - 1;
  return chosen === "first" ? 0 : shownIndex(steps, chosen);
}

/** The steps of A and B of a run; null where there are no two. */
export function stepsCompared(index: RunIndex, path: string): { a: number; b: number } | null {
  const steps = topSeries(index, path)?.steps ?? [];
  const b = comparedAt.value === null ? -1 : shownIndex(steps, stepB(index));
  const a = placeOfA(steps, b);
  return a < 0 || b < 0 || a === b ? null : { a: steps[a] as number, b: steps[b] as number };
}

export function epochOf({ series, at }: FeatureReady): number {
  return series.steps[at] ?? 0;
}

export function pairOf(index: RunIndex, path: string): Pair {
  if (comparedAt.value === null) return { state: "loading", failure: null };
  const now = panelOf(index, path, stepB(index));
  if (now.state === "absent" || (now.state === "failed" && now.step === null)) return now;
  const steps = stepsCompared(index, path);
  if (!steps) return { state: "absent", words: wordsOfNone(index, path), failure: now.failure };
  const before = panelOf(index, path, steps.a);
  if (now.state !== "ready") return now;
  return before.state === "ready" ? { state: "ready", a: before, b: now, failure: now.failure } : before;
}

/** Why there are no two logs to compare. */
function wordsOfNone(index: RunIndex, path: string): string {
  const steps = topSeries(index, path)?.steps ?? [];
  const b = steps[shownIndex(steps, stepB(index))];
  if (steps.length < 2) return `Only one log of ${path} in this run, of epoch ${b}: two are needed to compare.`;
  if (epochA.value === "previous") return `Epoch ${b} is the first log of ${path}: there is none before it. Move the slider on, or choose another A.`;
  return `A and B are the same log of this run, epoch ${b}: move the slider, or choose another A.`;
}

/** Epochs at which any of the shown runs logged the layer: what A can be. */
export const epochsOfLayer = computed(() => unionSteps(shownIndexes.value.map((index) => topSeries(index, layer.value)?.steps ?? [])));

/** The first run that has the layer: where A is not an epoch of its own, it is by the logs of this one. */
const leading = computed(() => shownIndexes.value.find((index) => (topSeries(index, layer.value)?.steps.length ?? 0) > 0));

/** The epoch that the slider stands at, of that run. */
export const epochB = computed(() => stepOf(leading.value?.run ?? ""));

/** The epoch A; where it follows from the logs, by those of that run. Null for none. */
export const stepA = computed(() => {
  if (typeof epochA.value === "number") return epochA.value;
  const steps = (leading.value && topSeries(leading.value, layer.value)?.steps) ?? [];
  return steps[placeOfA(steps, shownIndex(steps, epochB.value))] ?? null;
});

/** Where A stands on the slider's axis; null for nowhere. */
export const placeA = computed(() => (leading.value && stepA.value !== null ? placeOf(leading.value.run, stepA.value) : null));

export function setAHere(): void {
  epochA.value = epochB.value;
}

/** A becomes B, and B becomes A. */
export function swap(): void {
  const [a, lead] = [stepA.value, leading.value];
  if (a === null || !lead) return;
  batch(() => {
    setAHere();
    goToStep(lead.run, a);
  });
}
