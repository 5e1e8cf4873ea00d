/** Which runs are shown: folded by directory, in TensorBoard's colours, at most four at a time. */

import { useMemo, useState } from "preact/hooks";
import type { Folder, Leaf } from "../lib/folders";
import { chooseRun } from "../runChoice";
import { colours, folders, shownRuns } from "../state";
import { MAX_RUNS } from "../settings";
import { Icon } from "./Icon";

/** From so many runs on there is a field to search them by. */
const SEARCHABLE = 12;

export function RunPicker() {
  const [search, setSearch] = useState("");
  const all = folders.value;
  const total = all.reduce((sum, { leaves }) => sum + leaves.length, 0);
  const wanted = search.trim().toLowerCase();
  const found = useMemo(
    () =>
      all
        .map(({ path, leaves }) => ({ path, leaves: leaves.filter(({ title }) => title.toLowerCase().includes(wanted)) }))
        .filter(({ leaves }) => leaves.length > 0),
    [all, wanted],
  );
  const full = shownRuns.value.length >= MAX_RUNS;
  return (
    <nav class="runs" aria-label="runs">
      <h2>
        Runs <span class="quiet">{shownRuns.value.length} of {total} shown</span>
      </h2>
      {total > SEARCHABLE && (
        <input
          type="search"
          placeholder="Search runs"
          aria-label="search runs"
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <div class="run-list">
        {found.map((folder) => (
          <RunFolder key={folder.path} folder={folder} full={full} />
        ))}
        {found.length === 0 && <p class="quiet">No run is called so.</p>}
      </div>
      {full && total > MAX_RUNS && (
        <p class="quiet limit" role="status">
          Four runs fit side by side. Unselect one to choose another.
        </p>
      )}
    </nav>
  );
}

function RunFolder({ folder, full }: { folder: Folder; full: boolean }) {
  const list = (
    <ul>
      {folder.leaves.map((leaf) => (
        <RunItem key={leaf.run} leaf={leaf} full={full} />
      ))}
    </ul>
  );
  if (folder.path === "") return list;
  return (
    <details open>
      <summary title={folder.path}>
        <Icon name="fold" />
        <span>{folder.path}</span>
      </summary>
      {list}
    </details>
  );
}

function RunItem({ leaf, full }: { leaf: Leaf; full: boolean }) {
  const on = shownRuns.value.includes(leaf.run);
  const blocked = full && !on;
  return (
    <li>
      <label
        class={blocked ? "blocked" : ""}
        title={blocked ? `${leaf.run}: four runs are shown already; unselect one first` : leaf.run}
        style={{ "--run": colours.value.get(leaf.run) ?? "#888888" }}
      >
        <input type="checkbox" checked={on} disabled={blocked} onChange={() => chooseRun(leaf.run)} />
        <span>{leaf.label}</span>
      </label>
    </li>
  );
}
