/** The changes of a layer of a run, computed once for all that show them. */

import type { RunIndex } from "../data/index";
import { rankBy } from "../settings";
import { type Changes, type Side, changesBetween } from "./changeRanking";
import { type ReadyPair, epochOf } from "./comparison";
import { type FeatureReady, strengthsAround } from "./features";
import { computedChanges, projectionChange } from "./projectionChanges";

const known = new WeakMap<object, { of: readonly unknown[]; changes: Changes }>();

function sideOf(index: RunIndex, layer: string, panel: FeatureReady): Side {
  return { facts: panel.facts, numbers: panel.numbers, strengths: strengthsAround(index, layer, epochOf(panel)).now?.maps.value ?? null };
}

export function layerChanges(index: RunIndex, layer: string, pair: ReadyPair): Changes {
  const [a, b] = [sideOf(index, layer, pair.a), sideOf(index, layer, pair.b)];
  const by = rankBy.value;
  const of = [a.numbers, a.strengths, b.strengths, by, by === "projections" ? computedChanges.value : 0];
  let found = known.get(b.numbers);
  if (!found || found.of.some((one, at) => one !== of[at])) {
    found = { of, changes: changesBetween(a, b, by, (places) => projectionChange(pair, places) ?? Number.NaN) };
    known.set(b.numbers, found);
  }
  return found.changes;
}
