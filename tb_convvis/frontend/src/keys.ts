/** Keys that work everywhere but in fields for text. */

import { openFilter } from "./settings";
import { helpOpen, moveBy } from "./state";
import { pause, togglePlay } from "./playback";
import { moveLayer } from "./layers";

export interface Key {
  keys: string[];
  does: string;
  run: () => void;
}

export const KEYS: Key[] = [
  { keys: [","], does: "previous logged epoch", run: () => (pause(), moveBy(-1)) },
  { keys: ["."], does: "next logged epoch", run: () => (pause(), moveBy(1)) },
  { keys: [" "], does: "play or pause", run: togglePlay },
  { keys: ["["], does: "previous layer", run: () => moveLayer(-1) },
  { keys: ["]"], does: "next layer", run: () => moveLayer(1) },
  { keys: ["?"], does: "this help", run: () => (helpOpen.value = !helpOpen.value) },
  {
    keys: ["Escape"],
    does: "close the help, or the enlarged filter",
    run: () => {
      if (helpOpen.value) helpOpen.value = false;
      else openFilter.value = null;
    },
  },
];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "range", "button"].includes(target.type);
}

/** Space presses what has the focus, where that can be pressed. */
function pressesItself(event: KeyboardEvent): boolean {
  const target = event.target;
  return (
    event.key === " " &&
    (target instanceof HTMLButtonElement || (target instanceof HTMLInputElement && target.type !== "range"))
  );
}

export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || pressesItself(event)) return;
  const key = KEYS.find(({ keys }) => keys.includes(event.key));
  if (!key) return;
  event.preventDefault();
  key.run();
}
