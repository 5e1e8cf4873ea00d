/** Entry: TensorBoard imports this module into our iframe and calls `render()` once. */

import { effect } from "@preact/signals";
import { render as mount } from "preact";
import { App } from "./App";
import { connect, isHidden, onAddress, onKeys, onVisibility, readAddress, watchDark, writeAddress } from "./host";
import { onKey } from "./keys";
import { layer, modelWants } from "./layers";
import { pause } from "./playback";
import { restore, serialise, viewId } from "./settings";
import { dark, hostRuns, readChosen, reading, recover, refresh, shownIndexes, shownRuns, store } from "./state";
import css from "./styles/index.css?inline";
import { viewOf } from "./views";

export function render(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  document.title = "ConvVis";
  document.documentElement.lang = "en";

  watchDark((value) => {
    dark.value = value;
    document.documentElement.dataset["theme"] = value ? "dark" : "light";
  });
  keepAddress();
  followHost();
  loadView();
  recover(isHidden);
  effect(() => {
    void shownRuns.value;
    void readChosen();
  });
  onKeys(onKey);

  const root = document.createElement("div");
  root.id = "convvis";
  document.body.append(root);
  mount(<App />, root);
  void refresh();
}

/**
 * Takes what is chosen from the address, and writes it there once it has rested: playing would otherwise write at
 * every epoch. A link pasted into the open page is another address than the one last written.
 */
function keepAddress(): void {
  let timer = 0;
  let known = readAddress();
  restore(known);
  effect(() => {
    const values = serialise();
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      writeAddress(values);
      known = readAddress();
    }, 250);
  });
  onAddress((values) => {
    // The host sets the address anew with our part as it was, which may be behind what was chosen since.
    if (same(values, known)) return;
    known = values;
    pause();
    restore(values);
  });
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

/** Reads again when TensorBoard did; while our tab is hidden, that waits until it is seen. */
function followHost(): void {
  let dirty = false;
  let due = 0;
  const read = () => {
    clearTimeout(due);
    // The host may say it several times over.
    due = window.setTimeout(() => void refresh(), 50);
  };
  const host = connect(
    () => {
      if (isHidden()) dirty = true;
      else read();
    },
    (runs) => {
      if (String(runs) !== String(hostRuns.peek())) hostRuns.value = runs;
    },
  );
  void host.runs().then((runs) => {
    if (runs) hostRuns.value = runs;
  });
  onVisibility(() => {
    if (isHidden()) pause();
    else if (dirty) {
      dirty = false;
      read();
    }
  });
}

/** Fetches what the view that is looked at needs, whenever that changes. */
function loadView(): void {
  effect(() => {
    const view = viewOf(viewId.value);
    const indexes = shownIndexes.value;
    void layer.value;
    void reading.value;
    view.follows();
    const stop = new AbortController();
    void (async () => {
      await store.ensure([...modelWants(indexes), ...view.wants(indexes)], stop.signal);
      // What came may have shown that another layer is the first: then this ran anew, and stopped us.
      if (!stop.signal.aborted) await view.load({ indexes, layer: layer.peek() }, stop.signal);
    })();
    return () => stop.abort();
  });
}
