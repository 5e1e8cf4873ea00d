/** The status records: how a view went at each logged epoch of a run. */

import { store } from "../state";
import { type RunIndex, type Series, findSeries } from "./index";
import { type StatusFacts, statusFacts } from "./manifest";

const EMPTY: StatusFacts = { failures: [], notes: [] };

/** What a view's record says at exactly this step; nothing where there is no record. */
export function statusAt(index: RunIndex, view: string, step: number): StatusFacts {
  const series = findSeries(index, "run", view);
  return series ? read(series, series.steps.indexOf(step)) : EMPTY;
}

function read(series: Series, at: number): StatusFacts {
  void store.arrivals.value;
  const record = store.manifest(series, at);
  if (!record?.value) return EMPTY;
  try {
    return statusFacts(record.value.facts, "status");
  } catch {
    return EMPTY;
  }
}

/** Why a view failed for a layer at this step, or null where it did not. */
export function failureAt(index: RunIndex, view: string, layer: string, step: number): string | null {
  const { failures } = statusAt(index, view, step);
  return failures.find((failure) => !failure.layer || failure.layer === layer)?.reason ?? null;
}

/** Steps at which a view failed, of those whose record is here. */
export function failedSteps(index: RunIndex, view: string): number[] {
  const series = findSeries(index, "run", view);
  return series?.steps.filter((_, at) => read(series, at).failures.length > 0) ?? [];
}
