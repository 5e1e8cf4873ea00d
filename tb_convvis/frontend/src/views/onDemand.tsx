/** Views whose larger part is fetched when they are first opened: whoever does not look at them need not wait for them. */

import { signal } from "@preact/signals";
import { wordsOf } from "../api";
import { Loading } from "../components/states";
import { store } from "../state";
import type { Help, PanelProps, View, ViewBody } from "./view";

const NO_HELP: Help = { shows: [], read: [], cannot: [] };

export function onDemand(fetch: () => Promise<{ body: ViewBody }>, rest: Omit<View, keyof ViewBody>): View {
  const body = signal<ViewBody | null>(null);

  async function load(props: PanelProps, stop: AbortSignal): Promise<void> {
    try {
      body.value ??= (await fetch()).body;
    } catch (error) {
      if (!stop.aborted) store.trouble.value = { words: `a part of the page could not be fetched: ${wordsOf(error)}`, lost: true };
      return;
    }
    if (!stop.aborted) await body.value.load(props, stop);
  }

  return {
    ...rest,
    get help() {
      return body.value?.help ?? NO_HELP;
    },
    load,
    Toolbar: (props) => body.value && <body.value.Toolbar {...props} />,
    Panel: (props) => (body.value ? <body.value.Panel {...props} /> : <Loading height={420} />),
  };
}
