/** The index of the shown runs with the names that their layers are shown by; tags stay as they were logged. */

import { fields, list, optional, text } from "../lib/guards";
import { type RunIndex, type Series, findSeries } from "./index";
import { type LayerNames, type NamedLayer, layerNames, shownName } from "./layerNames";
import type { Manifest } from "./manifest";
import type { Store } from "./store";

const LAYER_KINDS: readonly string[] = ["filters", "strength", "top", "occlusion"];
const layersIn = fields<{ layers: NamedLayer[] }>({ layers: optional(list(fields<NamedLayer>({ name: text, class: optional(text, "") })), []) });

const isOfLayer = ({ kind }: Series) => LAYER_KINDS.includes(kind);

/** A weight's name: `conv2d/kernel`. */
function layerOfWeight(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}

function networkIn(record: Manifest | null): NamedLayer[] | null {
  try {
    return record && layersIn(record.facts, "model").layers;
  } catch {
    return null;
  }
}

/** The same object as long as the names are the same: much is remembered by the series that it belongs to. */
const known = new WeakMap<RunIndex, { key: string; named: RunIndex }>();

function withNames(index: RunIndex, names: LayerNames | null): RunIndex {
  if (!names) return index;
  const key = JSON.stringify([...names.shown]);
  const before = known.get(index);
  if (before?.key === key) return before.named;
  const shown = (path: string) => shownName({ names }, path);
  const series = index.series.map((one) => (isOfLayer(one) ? { ...one, subject: shown(one.subject) } : one));
  const weights = index.weights.map((one) => {
    const layer = layerOfWeight(one.name);
    return { ...one, name: shown(layer) + one.name.slice(layer.length) };
  });
  const named = { ...index, series, weights, names };
  known.set(index, { key, named });
  return named;
}

/** @returns a function of the indexes, whose answer is the same array until a name changes */
export function namedBy(store: Store): (indexes: RunIndex[]) => RunIndex[] {
  let last = { indexes: [] as RunIndex[], records: [] as (Manifest | null)[], named: [] as RunIndex[] };
  return (indexes) => {
    void store.arrivals.value;
    // One run alone is shown by its own names.
    if (indexes.length < 2) return indexes;
    const records = indexes.map((index) => {
      const series = findSeries(index, "run", "model");
      return (series && store.manifest(series, series.steps.length - 1)?.value) ?? null;
    });
    if (indexes === last.indexes && records.every((record, at) => record === last.records[at])) return last.named;
    const names = layerNames(
      indexes.map(({ series, weights }, at) => ({
        network: networkIn(records[at] ?? null),
        logged: [...series.filter(isOfLayer).map(({ subject }) => subject), ...weights.map(({ name }) => layerOfWeight(name))],
      })),
    );
    const named = indexes.map((index, at) => withNames(index, names[at] ?? null));
    const same = named.length === last.named.length && named.every((index, at) => index === last.named[at]);
    last = { indexes, records, named: same ? last.named : named };
    return last.named;
  };
}
