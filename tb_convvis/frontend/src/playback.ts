/** Playing the epochs one after the other. */

import { signal } from "@preact/signals";
import { isHidden } from "./host";
import { goTo, moveBy, step, timeline } from "./state";

export const SPEEDS = [2, 5, 10, 30] as const;

export const playing = signal(false);
/** Epochs per second. */
export const speed = signal<number>(5);

let timer = 0;
let due = 0;

function tick(now: number): void {
  if (!playing.value) return;
  timer = requestAnimationFrame(tick);
  if (now < due) return;
  due = Math.max(due + 1000 / speed.value, now);
  if (isHidden() || step.value === timeline.value[timeline.value.length - 1]) pause();
  else moveBy(1);
}

export function play(): void {
  const steps = timeline.value;
  if (steps.length < 2 || playing.value) return;
  if (step.value === steps[steps.length - 1]) goTo(steps[0] as number);
  playing.value = true;
  due = performance.now() + 1000 / speed.value;
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
