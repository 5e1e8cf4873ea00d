/** Keys that work everywhere but in fields for text. */

import { occluderAt, openFilter, openMap, shortcuts, viewId } from "./settings";
import { helpOpen, moveBy } from "./state";
import { pause, togglePlay } from "./playback";
import { moveLayer } from "./layers";
import { setAHere, swap } from "./views/comparison";
import { showAimed } from "./views/ChangeList";
import { moveMap, pinAimed } from "./views/mapOrder";

export interface Key {
  keys: string[];
  does: string;
  /** The one view in which it does anything. */
  view?: string;
  run: () => void;
}

export const KEYS: Key[] = [
  { keys: [","], does: "previous logged epoch", run: () => (pause(), moveBy(-1)) },
  { keys: ["."], does: "next logged epoch", run: () => (pause(), moveBy(1)) },
  { keys: [" "], does: "play or pause", run: togglePlay },
  { keys: ["["], does: "previous layer", run: () => moveLayer(-1) },
  { keys: ["]"], does: "next layer", run: () => moveLayer(1) },
  { keys: ["k"], view: "features", does: "enlarge the previous map in the order shown", run: () => moveMap(-1) },
  { keys: ["j"], view: "features", does: "enlarge the next map in the order shown", run: () => moveMap(1) },
  { keys: ["p"], view: "features", does: "pin or unpin the map pointed at or enlarged", run: pinAimed },
  { keys: ["a"], view: "changes", does: "set A to the slider’s epoch", run: setAHere },
  { keys: ["x"], view: "changes", does: "exchange A and B", run: swap },
  { keys: ["o"], view: "changes", does: "open the chosen map, or the one in focus, in Features", run: showAimed },
  { keys: ["?"], does: "this help", run: () => (helpOpen.value = !helpOpen.value) },
  {
    keys: ["Escape"],
    does: "close the help, or what is enlarged; put the occluder back",
    run: () => {
      if (helpOpen.value) helpOpen.value = false;
      else if (viewId.value === "features" || viewId.value === "changes") openMap.value = null;
      else if (viewId.value === "occlusion") occluderAt.value = null;
      else openFilter.value = null;
    },
  },
];

/** A property of what the key was pressed on; by name, since the host's elements are not of our classes. */
function ofTarget(target: EventTarget | null, name: string): string {
  const value: unknown = target === null ? undefined : Reflect.get(target, name);
  return typeof value === "string" ? value : String(value ?? "");
}

function isTyping(target: EventTarget | null): boolean {
  const tag = ofTarget(target, "tagName");
  if (tag === "INPUT") return !["checkbox", "radio", "range", "button"].includes(ofTarget(target, "type"));
  return tag === "TEXTAREA" || tag === "SELECT" || ofTarget(target, "isContentEditable") === "true";
}

/** Space presses what has the focus, where that can be pressed. */
function pressesItself(target: EventTarget | null): boolean {
  if (ofTarget(target, "tagName") === "INPUT") return ofTarget(target, "type") !== "range";
  return ["BUTTON", "SUMMARY"].includes(ofTarget(target, "tagName")) || ofTarget(target, "role") === "tab";
}

export function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (shortcuts.value === "off" && event.key.length === 1) return;
  if (isTyping(event.target) || (event.key === " " && pressesItself(event.target))) return;
  const key = KEYS.find(({ keys, view }) => keys.includes(event.key) && (view ?? viewId.value) === viewId.value);
  if (!key) return;
  event.preventDefault();
  key.run();
}
