/** How much each layer of a run changed from one log to the next, and when it had settled. */

import type { RunIndex, Series } from "../data/index";
import { findSeries } from "../data/index";
import { type Want, wholeSeries } from "../data/plan";
import { strengthFacts } from "../data/top";
import { type Settled, perEpoch, settledAt } from "../lib/settled";
import { type Measure, changeMeasure } from "../settings";
import { store } from "../state";

export interface Changes {
  steps: number[];
  /** Per epoch since the log before; NaN where that is not known. */
  values: number[];
  settled: Settled;
  /** Why none of it, or not all, can be shown. */
  problem: string | null;
}

export function changeLayers(indexes: readonly RunIndex[]): string[] {
  return indexes.flatMap(({ series }) => series.filter(({ kind }) => kind === "strength").map(({ subject }) => subject));
}

/** The facts of all layers at all epochs: a kilobyte each, and all of them on the screen at once. */
export function changeWants(indexes: readonly RunIndex[]): Want[] {
  return indexes.flatMap(({ series }) => series.filter(({ kind }) => kind === "strength").map((one) => wholeSeries(one, 0, 2_048)));
}

const known = new WeakMap<Series, { name: string; changes: Changes }>();

/** A layer's changes by the measure that is chosen; null where the run logged none. The same object until something arrives. */
export function changesOf(index: RunIndex, layer: string): Changes | null {
  const series = findSeries(index, "strength", layer);
  if (!series) return null;
  const name = `${changeMeasure.value} ${store.arrivals.value}`;
  const before = known.get(series);
  if (before?.name === name) return before.changes;
  const changes = changesBy(series, changeMeasure.value);
  known.set(series, { name, changes });
  return changes;
}

/** A series' changes by any measure. */
export function changesBy(series: Series, measure: Measure): Changes {
  const { steps } = series;
  const raw: (number | null)[] = [];
  const logged: (number | null)[] = [];
  let damaged = 0;
  steps.forEach((_, at) => {
    const record = store.manifest(series, at);
    const found = record?.value ? changeIn(record.value, measure) : null;
    if (record?.error || found === undefined) damaged++;
    raw.push(found ?? null);
    logged.push(record?.value?.logged ?? null);
  });
  const values = perEpoch(steps, raw, (series.logged ?? steps.length) > steps.length ? logged : null);
  const problem = series.error ?? (damaged > 0 ? `${damaged} of ${steps.length} logs are damaged.` : null);
  return { steps, values, settled: settledAt(steps, values), problem };
}

/** Undefined where the facts are not what they should be. */
function changeIn({ facts, blobs }: { facts: unknown; blobs: readonly { shape: readonly number[] }[] }, measure: Measure): number | null | undefined {
  try {
    const { jumps, alive, weightChange, projectionChange } = strengthFacts(facts, "strength");
    if (measure === "weights") return weightChange;
    if (measure === "projections") return projectionChange;
    const share = (jumps ?? Number.NaN) / (alive ?? blobs[0]?.shape[0] ?? 0);
    return Number.isFinite(share) ? share : null;
  } catch {
    return undefined;
  }
}
