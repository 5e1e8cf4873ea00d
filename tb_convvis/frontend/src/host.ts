/**
 * The page around us: TensorBoard's, in which this one stands in an iframe of the same origin.
 *
 * All access to it is here. Each read is optional: without TensorBoard around it the page works the same,
 * less what only the host knows.
 */

const KEY = "p.convvis.";

interface Message {
  type: string;
  id: number;
  payload: unknown;
  error: string | null;
  isReply: boolean;
}

function shell(): Window | null {
  try {
    return window.parent !== window && window.parent.document ? window.parent : null;
  } catch {
    return null;
  }
}

function asMessage(data: unknown): Message | null {
  try {
    const value: unknown = JSON.parse(String(data));
    return typeof value === "object" && value !== null && "type" in value && "id" in value ? (value as Message) : null;
  } catch {
    return null;
  }
}

export interface Host {
  /** All runs of TensorBoard in its order, or null where there is no host to ask. */
  runs(): Promise<string[] | null>;
}

/**
 * Opens the channel to the host.
 *
 * @param onReload called when TensorBoard has read its data again
 * @param onRuns called with all runs of TensorBoard when the list has changed
 */
export function connect(onReload: () => void, onRuns: (runs: string[]) => void): Host {
  if (!shell()) return { runs: () => Promise.resolve(null) };
  const channel = new MessageChannel();
  const waiting = new Map<number, (payload: unknown) => void>();
  let next = 0;
  channel.port1.onmessage = ({ data }) => {
    const message = asMessage(data);
    if (!message) return;
    if (message.isReply) {
      waiting.get(message.id)?.(message.error ? null : message.payload);
      waiting.delete(message.id);
      return;
    }
    if (message.type === "experimental.DataReloaded") onReload();
    if (message.type === "experimental.RunsChanged" && isNames(message.payload)) onRuns(message.payload);
    channel.port1.postMessage(JSON.stringify({ ...message, payload: null, error: null, isReply: true }));
  };
  window.parent.postMessage("experimental.bootstrap", location.origin, [channel.port2]);
  const ask = (type: string): Promise<unknown> =>
    new Promise((resolve) => {
      const id = next++;
      waiting.set(id, resolve);
      setTimeout(() => resolve(null), 2_000);
      channel.port1.postMessage(JSON.stringify({ type, id, payload: null, error: null, isReply: false }));
    });
  return {
    runs: async () => {
      const names = await ask("experimental.GetRuns");
      return isNames(names) ? names : null;
    },
  };
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

/** Calls back with whether the host is dark, now and whenever that changes. */
export function watchDark(callback: (dark: boolean) => void): void {
  const body = shell()?.document.body;
  if (body) {
    const read = () => callback(body.classList.contains("dark-mode"));
    new MutationObserver(read).observe(body, { attributes: true, attributeFilter: ["class"] });
    read();
    return;
  }
  const media = window.matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", () => callback(media.matches));
  callback(media.matches);
}

/** Whether our tab is the one that is seen; TensorBoard gives the iframe of a hidden tab no height. */
export function isHidden(): boolean {
  return document.hidden || window.innerHeight === 0;
}

export function onVisibility(callback: () => void): void {
  window.addEventListener("resize", callback);
  document.addEventListener("visibilitychange", callback);
}

/**
 * Calls back with keys, also those pressed while the focus is still in the host, as it is after a click on
 * our tab: else none would do anything before a click into the page.
 */
export function onKeys(callback: (event: KeyboardEvent) => void): void {
  document.addEventListener("keydown", callback);
  shell()?.document.addEventListener("keydown", (event) => {
    if (!isHidden()) callback(event);
  });
}

function hashWindow(): Window {
  return shell() ?? window;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What the address says of this page: its part behind the `#` is the host's, our keys begin with p.convvis. */
export function readAddress(hash: string = hashWindow().location.hash): Map<string, string> {
  const found = new Map<string, string>();
  for (const part of hash.replace(/^#/, "").split("&")) {
    const cut = part.indexOf("=");
    if (cut < 0) continue;
    const key = decode(part.slice(0, cut));
    if (key.startsWith(KEY)) found.set(key.slice(KEY.length), decode(part.slice(cut + 1)));
  }
  return found;
}

/**
 * Calls back with what the address says of this page when somebody else has changed it: a link pasted into the open
 * tab, or a step back.
 *
 * Writing it ourselves tells nothing. Nor does the host's going to another of its tabs, or back from one whose address
 * held nothing of ours.
 */
export function onAddress(callback: (values: Map<string, string>) => void): void {
  const isOurs = (url: string) => !shell() || /#convvis(&|$)/.test(url);
  hashWindow().addEventListener("hashchange", ({ oldURL, newURL }) => {
    const values = readAddress();
    if (isOurs(newURL) && (values.size > 0 || isOurs(oldURL))) callback(values);
  });
}

/** The hash with our keys replaced and everything of the host's left as it is. */
export function withAddress(hash: string, values: ReadonlyMap<string, string>): string {
  const theirs = hash
    .replace(/^#/, "")
    .split("&")
    .filter((part) => part !== "" && !decode(part).startsWith(KEY));
  const ours = [...values].map(([key, value]) => `${encodeURIComponent(KEY + key)}=${encodeURIComponent(value)}`);
  return `#${[...theirs, ...ours].join("&")}`;
}

/** The address at which the page opens with this state. */
export function addressOf(values: ReadonlyMap<string, string>): string {
  const { location } = hashWindow();
  return `${location.origin}${location.pathname}${location.search}${withAddress(location.hash, values)}`;
}

/** Writes the page's state into the address, without a new entry in the browser's history. */
export function writeAddress(values: ReadonlyMap<string, string>): void {
  const { location, history } = hashWindow();
  const hash = withAddress(location.hash, values);
  if (hash === location.hash) return;
  try {
    // With its path: by itself a hash would count from the base address that TensorBoard gives our frame.
    history.replaceState(history.state, "", `${location.pathname}${location.search}${hash}`);
  } catch {
    // Browsers limit how often this may be called; the next change tries again.
  }
}
