/** Runs folded by the directory that their trainings stand in. */

import type { RunName } from "../data/index";

export interface Leaf {
  run: string;
  /** The training's own name inside its folder. */
  label: string;
  /** The training's name with its folder, as it stands above a column. */
  title: string;
}

export interface Folder {
  /** Directory above the trainings; empty for those directly in the log directory. */
  path: string;
  leaves: Leaf[];
}

const byName = new Intl.Collator("en", { numeric: true });

/** Runs by name, run2 before run10. TensorBoard's own order is that in which it happened to read them. */
export function sortRuns<T extends { run: string }>(runs: readonly T[]): T[] {
  return [...runs].sort((a, b) => byName.compare(a.run, b.run));
}

/** Folders in the order in which their first run comes. */
export function foldRuns(runs: readonly RunName[]): Folder[] {
  const sizes = new Map<string, number>();
  for (const { group } of runs) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const folders = new Map<string, Folder>();
  for (const { run, group } of runs) {
    const cut = group.lastIndexOf("/");
    const path = cut < 0 ? "" : group.slice(0, cut);
    const name = group.slice(cut + 1);
    // A second training in the same directory went into convvis-2: then that part tells them apart.
    const part = run.slice(run.lastIndexOf("/") + 1);
    const suffix = (sizes.get(group) ?? 0) > 1 && part !== name ? ` · ${part}` : "";
    const label = (name === "" || name === "." ? "(log directory)" : name) + suffix;
    const folder = folders.get(path) ?? { path, leaves: [] };
    folder.leaves.push({ run, label, title: path ? `${path}/${label}` : label });
    folders.set(path, folder);
  }
  return [...folders.values()];
}

/** The titles of all runs. */
export function runTitles(runs: readonly RunName[]): Map<string, string> {
  return new Map(foldRuns(runs).flatMap((folder) => folder.leaves.map((leaf) => [leaf.run, leaf.title])));
}
