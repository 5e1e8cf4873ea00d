/** The record of a run that stands at the step; else why there is none to draw. */

import { type Kind, type RunIndex, type Series, absentWords, findSeries } from "../data/index";
import type { Manifest } from "../data/manifest";
import { once } from "../data/once";
import { failureAt } from "../data/status";
import { shownIndex } from "../lib/steps";
import { stepOf, store } from "../state";
import type { UnreadyPanel } from "./Unready";

/** How a view reads its records. */
export interface Reading<T> {
  kind: Kind;
  view: string;
  /** Blobs without which there is nothing to draw; 1 is the first behind the manifest. */
  blobs: readonly number[];
  parse: (manifest: Manifest, blobs: Uint8Array[]) => T;
}

export interface RecordReady<T> {
  state: "ready";
  series: Series;
  /** Position of the shown step in the series. */
  at: number;
  record: T;
  failure: string | null;
}

/** What a record says; an error where it is damaged, null while it is not here. */
export function recordAt<T>(series: Series, at: number, { blobs, parse }: Reading<T>): T | Error | null {
  const manifest = store.manifest(series, at);
  const found = blobs.map((index) => store.blob(series, at, index));
  const error = manifest?.error ?? found.find((blob) => blob?.error)?.error;
  if (error) return new Error(error);
  const data = found.flatMap((blob) => blob?.value ?? []);
  const [first] = data;
  const logged = manifest?.value;
  if (!logged || !first || data.length < blobs.length) return null;
  return once(first, () => {
    try {
      return parse(logged, data);
    } catch (problem) {
      throw new Error(`damaged: ${problem instanceof Error ? problem.message : ""}`);
    }
  });
}

export function recordPanel<T>(index: RunIndex, layer: string, reading: Reading<T>, target = stepOf(index.run)): UnreadyPanel | RecordReady<T> {
  void store.arrivals.value;
  const { kind, view } = reading;
  const failure = failureAt(index, view, layer, target);
  const series = findSeries(index, kind, layer);
  if (!series) return { state: "absent", words: absentWords(index, kind, view, layer), failure };
  if (series.error) return { state: "failed", words: series.error, step: null, failure };
  const at = shownIndex(series.steps, target);
  if (at < 0) return { state: "absent", words: "No epoch of this layer was kept.", failure };
  const record = recordAt(series, at, reading);
  if (record instanceof Error) return { state: "failed", words: record.message, step: series.steps[at] ?? null, failure };
  return record === null ? { state: "loading", failure } : { state: "ready", series, at, record, failure };
}
