/** The probe set that a run's records refer to. */

import { type RunIndex, type Series, findSeries } from "../data/index";
import type { Manifest } from "../data/manifest";
import { once } from "../data/once";
import type { Want } from "../data/plan";
import { type ProbeFacts, probeFacts } from "../data/top";
import { shownIndex } from "../lib/steps";
import { store } from "../state";

/** Subject of its records: the pictures of features, and those of occlusion maps. */
export type ProbeSubject = "pictures" | "occlusion";

export interface Probe {
  series: Series;
  at: number;
  manifest: Manifest;
  facts: ProbeFacts;
}

/** The probe set that the record of a step refers to: that of the fit it belongs to. Null while it is not here. */
export function probeAt(index: RunIndex, target: number, subject: ProbeSubject): Probe | null {
  const series = findSeries(index, "probe", subject);
  const at = series ? shownIndex(series.steps, target) : -1;
  const manifest = series && store.manifest(series, at)?.value;
  if (!manifest) return null;
  const facts = once(manifest, () => probeFacts(manifest.facts, "probe"));
  return facts instanceof Error ? null : { series, at, manifest, facts };
}

/** The manifests of the probe sets: one per fit. */
export function probeManifests(indexes: readonly RunIndex[], subject: ProbeSubject): Want[] {
  return indexes.flatMap((index) => {
    const series = findSeries(index, "probe", subject);
    return series ? [{ series, positions: series.steps.map((_, at) => at), indices: [0], bytesPerStep: 65_536 }] : [];
  });
}
