/** What the view shows, how to read it, what it cannot tell; and the keys. */

import { useEffect, useRef } from "preact/hooks";
import { KEYS } from "../keys";
import { shortcuts } from "../settings";
import { helpOpen } from "../state";
import type { View } from "../views/view";
import { Icon } from "./Icon";

const NAMES = new Map([[" ", "Space"], ["Escape", "Esc"]]);

export function HelpPanel({ view }: { view: View }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <div class="help" role="dialog" aria-label={`help: ${view.title}`} tabIndex={-1} ref={ref}>
      <header>
        <h2>{view.title}</h2>
        <span class="spring" />
        <button type="button" class="plain" aria-label="close the help" onClick={() => (helpOpen.value = false)}>
          <Icon name="close" />
        </button>
      </header>
      <Part title="What this shows" paragraphs={view.help.shows} />
      <Part title="How to read it" paragraphs={view.help.read} list />
      <Part title="What it cannot tell you" paragraphs={view.help.cannot} list />
      <h3>Keys</h3>
      <label class="switch">
        <input
          type="checkbox"
          role="switch"
          checked={shortcuts.value === "on"}
          onChange={(event) => (shortcuts.value = event.currentTarget.checked ? "on" : "off")}
        />
        Keys of one character
        <span class="quiet">{shortcuts.value === "on" ? "do what is listed here" : "are off"}</span>
      </label>
      <dl class="keys">
        {KEYS.filter((key) => (key.view ?? view.id) === view.id).map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{NAMES.get(key) ?? key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>←</kbd> <kbd>→</kbd> <kbd>↑</kbd> <kbd>↓</kbd>
          </dt>
          <dd>among filters, maps, positions or layers, and on the slider</dd>
        </div>
        <div>
          <dt>
            <kbd>Enter</kbd>
          </dt>
          <dd>enlarge the filter or map, or compare it; open the layer</dd>
        </div>
      </dl>
    </div>
  );
}

function Part({ title, paragraphs, list = false }: { title: string; paragraphs: readonly string[]; list?: boolean }) {
  return (
    <>
      <h3>{title}</h3>
      {list ? <ul>{paragraphs.map((text) => <li key={text}>{text}</li>)}</ul> : paragraphs.map((text) => <p key={text}>{text}</p>)}
    </>
  );
}
