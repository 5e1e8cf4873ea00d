/** Where what is exported comes from: which run, epoch and layer, what logged it and when. */

import { type RunIndex, type Series, findSeries } from "../data/index";
import { ownName } from "../data/layerNames";
import { fields, optional, text } from "../lib/guards";
import { shownIndex } from "../lib/steps";
import { plural } from "../lib/words";
import { store } from "../state";
import type { Facts } from "./figure";

const versions = fields({ versions: optional(fields({ tb_convvis: optional(text, "") }), { tb_convvis: "" }) });

/** The version that logged the training which the step belongs to. */
function versionAt(index: RunIndex, step: number): string {
  const series = findSeries(index, "run", "model");
  const manifest = series && store.manifest(series, shownIndex(series.steps, step))?.value;
  try {
    return (manifest && versions(manifest.facts, "model").versions.tb_convvis) || "of unknown version";
  } catch {
    return "of unknown version";
  }
}

/** A time of the log in words; what is not one may stand there as well. */
export function timeWords(wall: number | null | undefined): string {
  const date = new Date(1000 * (wall ?? Number.NaN));
  return Number.isNaN(date.getTime()) ? "at an unknown time" : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** @param at position in the series of the step that is exported, or of the last of them */
export function factsOf(index: RunIndex, layer: string, series: Pick<Series, "steps" | "walls">, at: number, more: Facts = []): Facts {
  const step = series.steps[at] ?? 0;
  const own = ownName(index, layer);
  const several = more.some(([name]) => name.startsWith("epoch"));
  return [
    ["run", index.run],
    ["layer", own],
    ...(own === layer ? [] : [["shown as", layer] as const]),
    ...(several ? [] : [["epoch", String(step)] as const]),
    ...more,
    ["logged", `by tb_convvis ${versionAt(index, step)}, ${timeWords(series.walls[at])}`],
  ];
}

/** The facts of a table of all epochs of a series. */
export function factsOfAll(index: RunIndex, layer: string, series: Series, more: Facts = []): Facts {
  const last = series.steps.length - 1;
  return factsOf(index, layer, series, last, [["epochs", `all up to ${series.steps[last]}`], ...more]);
}

/** What a file lacks of what it is of. */
export const LEFT_OUT = "left out";

/** "left out: 2 of 7 epochs (damaged): 5-6" */
export function leftOut(damaged: readonly number[], of: number): Facts {
  return damaged.length > 0 ? [[LEFT_OUT, `${damaged.length} of ${plural(of, "epoch")} (damaged): ${ranges(damaged)}`]] : [];
}

/** "0-3, 7": whole numbers in short. */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const value of sorted) {
    const last = runs[runs.length - 1];
    if (last && value === last[1] + 1) last[1] = value;
    else runs.push([value, value]);
  }
  return runs.map(([first, end]) => (first === end ? `${first}` : `${first}-${end}`)).join(", ");
}

/** Facts of several runs as one: what they have in common once, all else in the order of the runs. */
export function together(all: readonly Facts[]): Facts {
  // What is said of one run alone is said too; when it was logged stays the last.
  const names = [...new Set(all.flatMap((facts) => facts.map(([name]) => name)))].sort((a, b) => Number(a === "logged") - Number(b === "logged"));
  return names.map((name) => {
    const values = all.map((facts) => facts.filter(([one]) => one === name).map(([, value]) => value).join("; ") || "none");
    return [name, new Set(values).size === 1 ? (values[0] ?? "") : values.join(" | ")] as const;
  });
}
