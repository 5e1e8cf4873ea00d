/** Loss and the chosen metric of the shown runs, as Keras's callback logged them. */

import { signal } from "@preact/signals";
import { ApiError, fetchScalars, isAbort, wordsOf } from "../api";
import type { RunIndex, ScalarSeries } from "../data/index";
import { LOSS, type ScalarValues, metricsOf } from "../data/scalars";
import { metricName } from "../settings";
import { reading, store } from "../state";
import type { PanelProps } from "./view";

const cache = new Map<string, { values: ScalarValues; reading: number }>();
/** Counts arrivals. */
export const scalarArrivals = signal(0);

const keyOf = ({ run, tag }: { run: string; tag: string }): string => JSON.stringify([run, tag]);

/** The metric that is drawn beside the loss: the chosen one where it was logged, else the likeliest. */
export function currentMetric(indexes: readonly RunIndex[]): string | null {
  const names = metricsOf(indexes);
  return names.includes(metricName.value) ? metricName.value : (names[0] ?? null);
}

/** What is drawn above the layers. */
export function shownMetrics(indexes: readonly RunIndex[]): string[] {
  const other = currentMetric(indexes);
  return other === null ? [LOSS] : [LOSS, other];
}

export function scalarsOf(index: RunIndex, name: string): { series: ScalarSeries; values: ScalarValues | undefined }[] {
  void scalarArrivals.value;
  return index.scalars.filter((series) => series.name === name).map((series) => ({ series, values: cache.get(keyOf(series))?.values }));
}

/** Fetches what is drawn, a request a run: names may be long, and a request is not. */
export async function loadScalars({ indexes }: PanelProps, stop: AbortSignal): Promise<void> {
  const now = reading.peek();
  const names = shownMetrics(indexes);
  const lacking = (series: ScalarSeries) => names.includes(series.name) && cache.get(keyOf(series))?.reading !== now;
  try {
    const answers = await Promise.all(indexes.map(({ scalars }) => fetchScalars(scalars.filter(lacking), stop)));
    for (const values of answers.flat()) cache.set(keyOf(values), { values, reading: now });
  } catch (error) {
    if (!isAbort(error)) store.trouble.value = { words: wordsOf(error), lost: error instanceof ApiError && error.lost };
  }
  scalarArrivals.value++;
}
