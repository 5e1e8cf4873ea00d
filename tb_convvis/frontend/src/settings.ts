/** What the user has chosen: one signal each, all of them in the address so that they survive a reload. */

import { type Signal, signal } from "@preact/signals";
import { type Pins, readPins, writePins } from "./lib/pins";

export const MAX_RUNS = 4;

export type ScaleMode = "layer" | "filter";
export type ColourMode = "colour" | "grey";
export type ChartMode = "ridgeline" | "heat";
export type ShowMode = "both" | "projections" | "patches";
export type SpacingMode = "log" | "all";
export type SortMode = "number" | "strength" | "change" | "dead first" | "similarity";
export type OnlyMaps = "all" | "alive" | "dead" | "pinned";
export type OrderTime = "hold" | "follow";

/** Runs chosen by name; null as long as the user left the choice to us. */
export const chosenRuns = signal<string[] | null>(null);
/** The step asked for; null while the newest is followed. */
export const askedStep = signal<number | null>(null);
export const viewId = signal("filters");
/** Path of the layer; empty for the first there is. */
export const layerPath = signal("");
export const scaleMode = signal<ScaleMode>("layer");
export const colourMode = signal<ColourMode>("colour");
/** The filter that is shown enlarged. */
export const openFilter = signal<number | null>(null);
/** Name of the weight inside its layer; empty for the first there is. */
export const weightName = signal("");
export const chartMode = signal<ChartMode>("ridgeline");
/** What is drawn of a map's strongest activations. */
export const showMode = signal<ShowMode>("both");
/** The map that is shown enlarged. */
export const openMap = signal<number | null>(null);
/** Which of its activations the source picture is of; null for the strongest. */
export const mapSlot = signal<number | null>(null);
/** Where the drawn maps are too many for one page: which page, from 0. */
export const mapPage = signal<number | null>(null);
/** Which epochs a map's strip shows. */
export const spacingMode = signal<SpacingMode>("log");
export const sortMode = signal<SortMode>("number");
/** The epoch whose values sort and filter the maps; null for the last one. */
export const orderStep = signal<number | null>(null);
/** Whether the order stays that of its epoch or becomes that of each epoch the slider rests at. */
export const orderTime = signal<OrderTime>("hold");
/** The run whose values sort and filter the maps of all runs; empty for the first shown. */
export const orderRun = signal("");
/** Numbers of maps, or a regular expression. */
export const findText = signal("");
export const onlyMaps = signal<OnlyMaps>("all");
/** The class that a map's strongest picture is of; empty for any. */
export const onlyClass = signal("");
export const pins = signal<Pins>(new Map());

interface Setting {
  key: string;
  read: (text: string | undefined) => void;
  /** What goes into the address; undefined for the default, which is left out. */
  write: () => string | undefined;
}

function word(key: string, target: Signal<string>, standard: string): Setting {
  return {
    key,
    read: (text) => (target.value = text ?? standard),
    write: () => (target.value === standard ? undefined : target.value),
  };
}

function choice<T extends string>(key: string, target: Signal<T>, choices: readonly [T, ...T[]]): Setting {
  return {
    key,
    read: (text) => (target.value = choices.find((item) => item === text) ?? choices[0]),
    write: () => (target.value === choices[0] ? undefined : target.value),
  };
}

function whole(key: string, target: Signal<number | null>): Setting {
  return {
    key,
    read: (text) => (target.value = text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null),
    write: () => (target.value === null ? undefined : String(target.value)),
  };
}

function names(text: string | undefined): string[] | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return Array.isArray(value) ? value.filter((name) => typeof name === "string").slice(0, MAX_RUNS) : null;
  } catch {
    return null;
  }
}

const SETTINGS: Setting[] = [
  {
    key: "runs",
    read: (text) => (chosenRuns.value = names(text)),
    write: () => (chosenRuns.value ? JSON.stringify(chosenRuns.value) : undefined),
  },
  whole("step", askedStep),
  word("view", viewId, "filters"),
  word("layer", layerPath, ""),
  choice("scale", scaleMode, ["layer", "filter"]),
  choice("colour", colourMode, ["colour", "grey"]),
  whole("filter", openFilter),
  word("weight", weightName, ""),
  choice("chart", chartMode, ["ridgeline", "heat"]),
  choice("show", showMode, ["both", "projections", "patches"]),
  whole("map", openMap),
  whole("slot", mapSlot),
  whole("maps", mapPage),
  choice("strip", spacingMode, ["log", "all"]),
  choice("sort", sortMode, ["number", "strength", "change", "dead first", "similarity"]),
  whole("at", orderStep),
  choice("order", orderTime, ["hold", "follow"]),
  word("by", orderRun, ""),
  word("find", findText, ""),
  choice("only", onlyMaps, ["all", "alive", "dead", "pinned"]),
  word("class", onlyClass, ""),
  { key: "pins", read: (text) => (pins.value = readPins(text ?? "")), write: () => writePins(pins.value) || undefined },
];

export function restore(address: ReadonlyMap<string, string>): void {
  for (const { key, read } of SETTINGS) read(address.get(key));
}

/** The settings that differ from their defaults. */
export function serialise(): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key, write } of SETTINGS) {
    const text = write();
    if (text !== undefined) values.set(key, text);
  }
  return values;
}
