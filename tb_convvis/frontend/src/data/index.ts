/** What there is to see: the listing of runs and the index of tags and steps, checked on arrival. */

import { type Guard, count, fields, finite, list, nullable, oneOf, optional, text, unless, Malformed } from "../lib/guards";
import { enumerate } from "../lib/words";
import type { LayerNames } from "./layerNames";

export interface RunName {
  run: string;
  group: string;
}

export interface RunList {
  total: number;
  /** How many runs TensorBoard has, ours or not. */
  tensorboardRuns: number;
  runs: RunName[];
}

/** The kinds of record that some view looks at; tags of other kinds are left alone. */
export const KINDS = ["run", "filters", "probe", "strength", "top", "occlusion"] as const;
export type Kind = (typeof KINDS)[number];

/** One tag of one run over the steps that TensorBoard kept. */
export interface Series {
  run: string;
  tag: string;
  kind: Kind;
  subject: string;
  steps: number[];
  /** The steps as the server wrote them: beyond 2^53 they are text, and are asked for as such. */
  wire: (number | string)[];
  /** Wall times; null where the one that was logged is not a number. */
  walls: (number | null)[];
  /** How many steps were logged up to the last one kept; null where that is not known. */
  logged: number | null;
  error: string | null;
}

export interface WeightSeries {
  run: string;
  tag: string;
  name: string;
  source: "convvis" | "keras";
}

/** A metric per epoch that Keras logged beside a run. */
export interface ScalarSeries {
  run: string;
  tag: string;
  name: string;
  source: "train" | "validation";
}

export interface RunIndex extends RunName {
  series: Series[];
  weights: WeightSeries[];
  scalars: ScalarSeries[];
  /** By which names its layers are shown, where those are not its own: `series` and `weights` have them. */
  names?: LayerNames;
  /** What of the run's index could not be read, in words; the rest is here. */
  problem: string | null;
}

const runName: Guard<RunName> = fields({ run: text, group: text });

export const runList: Guard<RunList & { offset: number }> = (value, at) => {
  const page = fields<{ total: number; tensorboard_runs: number; offset: number; runs: RunName[] }>({
    total: count,
    tensorboard_runs: count,
    offset: count,
    runs: list(runName),
  })(value, at);
  return { total: page.total, tensorboardRuns: page.tensorboard_runs, offset: page.offset, runs: page.runs };
};

export const wireStep: Guard<number | string> = (value, at) => {
  if (typeof value === "string" && /^-?\d{1,20}$/.test(value)) return value;
  const number = finite(value, at);
  if (!Number.isInteger(number)) throw new Malformed(`${at}: expected a whole step, received ${number}`);
  return number;
};

const wireTag = fields<{
  subject: string;
  steps: (number | string)[];
  wall_times: (number | null)[];
  logged: number | null;
  error: string | null;
}>({
  subject: text,
  steps: list(wireStep),
  wall_times: list(nullable(finite)),
  logged: nullable(count),
  error: nullable(text),
});

/** None where the tag is of a kind that no view looks at. */
function seriesOf(run: string): Guard<Series | null> {
  return (value, at) => {
    const { tag, kind: named } = fields<{ tag: string; kind: string | null }>({ tag: text, kind: nullable(text) })(value, at);
    const kind = KINDS.find((one) => one === named);
    if (kind === undefined) return null;
    const { subject, steps, wall_times: walls, logged, error } = wireTag(value, tag);
    if (steps.length !== walls.length) throw new Malformed(`${tag}: ${steps.length} steps but ${walls.length} wall times`);
    return { run, tag, kind, subject, steps: steps.map(Number), wire: steps, walls, logged, error };
  };
}

const wireWeight: Guard<WeightSeries> = fields<WeightSeries>({
  run: text,
  tag: text,
  name: text,
  source: oneOf("convvis", "keras"),
});

const wireScalar: Guard<ScalarSeries> = fields<ScalarSeries>({
  run: text,
  tag: text,
  name: text,
  source: oneOf("train", "validation"),
});

/** What does not fit costs a run no more than that: the rest of it stays, and so do the other runs. */
const runIndex: Guard<RunIndex> = (value, at) => {
  const problems: string[] = [];
  const each = <T>(guard: Guard<T | null>): Guard<T[]> => {
    const tell = (words: string) => void problems.push(words);
    const items = unless(list(unless(guard, null, tell)), [], tell);
    return (all, place) => items(all, place).filter((item) => item !== null);
  };
  const named = runName(value, at);
  const { tags, weights, scalars } = fields<{ tags: Series[]; weights: WeightSeries[]; scalars: ScalarSeries[] }>({
    tags: each(seriesOf(named.run)),
    weights: each(wireWeight),
    scalars: optional(each(wireScalar), []),
  })(value, at);
  return { ...named, series: tags, weights, scalars, problem: problems.length > 0 ? enumerate(problems, 2) : null };
};

export const runIndexes: Guard<RunIndex[]> = (value, at) => fields({ runs: list(runIndex) })(value, at).runs;

/** The series of a kind and subject in a run, if it was logged. */
export function findSeries(run: RunIndex, kind: Kind, subject: string): Series | undefined {
  return run.series.find((series) => series.kind === kind && series.subject === subject);
}

/** That a run has nothing of a layer, and of which it has, by the names that layers are shown by. */
export function absentWords(run: RunIndex, kind: Kind, what: string, layer: string): string {
  const others = run.series.filter((one) => one.kind === kind).map(({ subject }) => subject);
  return `This run logged no ${what} of ${layer}${others.length > 0 ? `, but of ${enumerate(others)}` : ""}.`;
}
