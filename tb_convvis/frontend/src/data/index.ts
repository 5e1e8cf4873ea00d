/** What there is to see: the listing of runs and the index of tags and steps, checked on arrival. */

import { type Guard, count, fields, finite, list, nullable, oneOf, text, Malformed } from "../lib/guards";

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

/** One tag of one run over the steps that TensorBoard kept. */
export interface Series {
  run: string;
  tag: string;
  kind: string;
  subject: string;
  steps: number[];
  /** The steps as the server wrote them: beyond 2^53 they are text, and are asked for as such. */
  wire: (number | string)[];
  walls: number[];
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

export interface RunIndex extends RunName {
  series: Series[];
  weights: WeightSeries[];
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

interface WireTag {
  tag: string;
  kind: string;
  subject: string;
  steps: (number | string)[];
  wall_times: number[];
  logged: number | null;
  error: string | null;
}

const wireTag: Guard<WireTag> = fields<WireTag>({
  tag: text,
  kind: text,
  subject: text,
  steps: list(wireStep),
  wall_times: list(finite),
  logged: nullable(count),
  error: nullable(text),
});

const wireWeight: Guard<WeightSeries> = fields<WeightSeries>({
  run: text,
  tag: text,
  name: text,
  source: oneOf("convvis", "keras"),
});

const wireRun = fields<RunName & { tags: WireTag[]; weights: WeightSeries[] }>({
  run: text,
  group: text,
  tags: list(wireTag),
  weights: list(wireWeight),
});

export const runIndexes: Guard<RunIndex[]> = (value, at) =>
  fields({ runs: list(wireRun) })(value, at).runs.map(({ run, group, tags, weights }) => ({
    run,
    group,
    weights,
    series: tags.map((tag) => {
      if (tag.steps.length !== tag.wall_times.length)
        throw new Malformed(`${at}: tag has ${tag.steps.length} steps but ${tag.wall_times.length} wall times`);
      return {
        run,
        tag: tag.tag,
        kind: tag.kind,
        subject: tag.subject,
        steps: tag.steps.map(Number),
        wire: tag.steps,
        walls: tag.wall_times,
        logged: tag.logged,
        error: tag.error,
      };
    }),
  }));

/** The series of a kind and subject in a run, if it was logged. */
export function findSeries(run: RunIndex, kind: string, subject: string): Series | undefined {
  return run.series.find((series) => series.kind === kind && series.subject === subject);
}
