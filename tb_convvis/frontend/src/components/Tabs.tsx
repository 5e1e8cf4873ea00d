/** The views' tabs: one of them is in the order of tabs, arrows go to its neighbours and open them. */

import { useRef } from "preact/hooks";
import { viewId } from "../settings";
import { VIEWS, viewOf } from "../views";

export function Tabs() {
  const list = useRef<HTMLDivElement>(null);
  const current = viewOf(viewId.value);
  const at = VIEWS.indexOf(current);
  const onKeyDown = (event: KeyboardEvent) => {
    const moves = new Map([["ArrowLeft", at - 1], ["ArrowRight", at + 1], ["Home", 0], ["End", VIEWS.length - 1]]);
    const target = moves.get(event.key);
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    // Around from either end to the other.
    const view = VIEWS[(target + VIEWS.length) % VIEWS.length] ?? current;
    viewId.value = view.id;
    list.current?.querySelector<HTMLElement>(`#tab-${view.id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="views" ref={list} onKeyDown={onKeyDown}>
      {VIEWS.map((view) => (
        <button
          key={view.id}
          type="button"
          role="tab"
          id={`tab-${view.id}`}
          tabIndex={view === current ? 0 : -1}
          aria-selected={view === current}
          aria-controls="view"
          onClick={() => (viewId.value = view.id)}
        >
          {view.title}
        </button>
      ))}
    </div>
  );
}
