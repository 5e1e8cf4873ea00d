/** The status records: how a view went at each logged epoch of a run. */

import { stepOf, store } from "../state";
import { type RunIndex, type Series, findSeries } from "./index";
import { shownName } from "./layerNames";
import { type Want, wholeSeries } from "./plan";
import { type Failure, type Manifest, type StatusFacts, statusFacts } from "./manifest";

const EMPTY: StatusFacts = { failures: [], notes: [] };
const known = new WeakMap<Manifest, StatusFacts>();

/** What a view's record says at exactly this step; nothing where there is no record. */
export function statusAt(index: RunIndex, view: string, step: number): StatusFacts {
  const series = findSeries(index, "run", view);
  return series ? read(series, series.steps.indexOf(step)) : EMPTY;
}

function read(series: Series, at: number): StatusFacts {
  void store.arrivals.value;
  const record = store.manifest(series, at)?.value;
  if (!record) return EMPTY;
  let facts = known.get(record);
  if (!facts) {
    try {
      facts = statusFacts(record.facts, "status");
    } catch {
      facts = EMPTY;
    }
    known.set(record, facts);
  }
  return facts;
}

/** Why a view failed for a layer at this step, or null where it did not. */
export function failureAt(index: RunIndex, view: string, layer: string, step: number): string | null {
  return concerns(index, statusAt(index, view, step), layer)?.reason ?? null;
}

function concerns(index: RunIndex, { failures }: StatusFacts, layer: string): Failure | undefined {
  return failures.find((failure) => !failure.layer || shownName(index, failure.layer) === layer);
}

/** How many epochs of a layer a view logged, where its own records do not say: those of the view that did not fail. */
export function loggedEpochs(index: RunIndex, view: string, layer: string): number | null {
  const logged = findSeries(index, "run", view)?.logged ?? null;
  return logged === null ? null : logged - failedSteps(index, view, layer).length;
}

/** Steps at which a view failed for a layer, of those whose record is here. */
export function failedSteps(index: RunIndex, view: string, layer: string): number[] {
  const series = findSeries(index, "run", view);
  return series?.steps.filter((_, at) => concerns(index, read(series, at), layer)) ?? [];
}

/** Why a view failed at the last epoch whose record is here and says so: each reason once. */
export function lastFailures(index: RunIndex, view: string): string[] {
  const series = findSeries(index, "run", view);
  const failed = series?.steps.map((_, at) => read(series, at).failures).findLast(({ length }) => length > 0) ?? [];
  return [...new Set(failed.map(({ reason }) => reason))];
}

/** How a view went at the step that is shown: without it, what is drawn could be of a failed epoch. */
export function statusHere(indexes: readonly RunIndex[], view: string): Want[] {
  return statusWants(indexes, view).map((want) => ({ ...want, positions: [want.series.steps.indexOf(stepOf(want.series.run))].filter((at) => at >= 0) }));
}

/** How a view went at each epoch. */
export function statusWants(indexes: readonly RunIndex[], view: string): Want[] {
  return indexes.flatMap((index) => {
    const series = findSeries(index, "run", view);
    return series ? [wholeSeries(series, 0, 1_024)] : [];
  });
}
