/** Playing along the axis of the slider. */

import { signal } from "@preact/signals";
import { isHidden } from "./host";
import { duration } from "./lib/axis";
import { syncAxis } from "./settings";
import { goTo, moveBy, position, positions } from "./state";

export const SPEEDS = [2, 5, 10, 30] as const;

export const playing = signal(false);
/** Epochs per second; on an axis that is not of epochs so many hundredths of it. */
export const speed = signal<number>(5);

let timer = 0;
let due = 0;
/** On an axis that is not of epochs: where playing has come to, between two positions, and when. */
let reached = 0;
let before = 0;

function ends(): [first: number, last: number] {
  return [positions.value[0] ?? 0, positions.value[positions.value.length - 1] ?? 0];
}

/** A speed in the unit of the axis. */
export function speedWords(rate: number): string {
  if (syncAxis.value === "epoch") return `${rate}/s`;
  const [first, last] = ends();
  return syncAxis.value === "time" ? `${duration(((last - first) * rate) / 100)}/s` : `${rate}\u2009%/s`;
}

function tick(now: number): void {
  if (!playing.value) return;
  timer = requestAnimationFrame(tick);
  const [first, last] = ends();
  if (isHidden() || position.value === last) pause();
  else if (syncAxis.value === "epoch") {
    if (now < due) return;
    due = Math.max(due + 1000 / speed.value, now);
    moveBy(1);
  } else {
    // Logs lie unevenly there: they are passed at the pace at which they were made.
    reached += (((now - before) / 1000) * speed.value * (last - first)) / 100;
    before = now;
    goTo(reached);
  }
}

export function play(): void {
  if (positions.value.length < 2 || playing.value) return;
  const [first, last] = ends();
  if (position.value === last) goTo(first);
  playing.value = true;
  reached = position.value;
  before = performance.now();
  due = before + 1000 / speed.value;
  timer = requestAnimationFrame(tick);
}

export function pause(): void {
  playing.value = false;
  cancelAnimationFrame(timer);
}

export function togglePlay(): void {
  if (playing.value) pause();
  else play();
}
