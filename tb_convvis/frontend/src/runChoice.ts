/** Runs are shown and hidden; what is looked at stays the same layer, whatever it is called beside the others. */

import { batch, effect, signal } from "@preact/signals";
import type { RunIndex } from "./data/index";
import { ownName, shownName } from "./data/layerNames";
import { layer, layersKnown } from "./layers";
import { layerPath, pins, unfoldedModels } from "./settings";
import { shownIndexes, shownRuns, toggleRun } from "./state";

/** A run that stays, with the names of its layers as they were shown before. */
const before = signal<RunIndex | null>(null);

export function chooseRun(run: string): void {
  const staying = shownIndexes.value.filter((index) => index.run !== run);
  const hasLayer = ({ series }: RunIndex) => series.some(({ subject }) => subject === layer.value);
  batch(() => {
    // Of several choices in a row, the names are still those from before the first.
    before.value ??= staying.find(hasLayer) ?? staying[0] ?? null;
    toggleRun(run);
  });
}

// What layers are called beside a run that was added is known once its network is here.
effect(() => {
  const old = before.value;
  if (!old || shownIndexes.value.length < shownRuns.value.length || !layersKnown.value) return;
  const now = shownIndexes.value.find(({ run }) => run === old.run);
  batch(() => {
    before.value = null;
    if (now && now.names !== old.names) rename((path) => shownName(now, ownName(old, path)));
  });
});

function rename(again: (path: string) => string): void {
  layerPath.value = again(layerPath.peek());
  pins.value = new Map([...pins.peek()].map(([path, maps]) => [again(path), maps]));
  unfoldedModels.value = unfoldedModels.peek().map(again);
}
