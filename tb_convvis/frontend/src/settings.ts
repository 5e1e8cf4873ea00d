/** What the user has chosen: one signal each, all of them in the address so that they survive a reload. */

import { type Signal, batch, signal } from "@preact/signals";
import { AXES, type Axis } from "./lib/axis";

export type { Axis };
import { type Pins, readPins, writePins } from "./lib/pins";

export const MAX_RUNS = 4;
const OPACITY = 70;

export type ScaleMode = "layer" | "filter";
export type ColourMode = "colour" | "grey";
export type ChartMode = "ridgeline" | "heat";
export type ShowMode = "both" | "projections" | "patches";
export type HeatMode = "probability" | "drop";
export type PlotMode = "centre" | "average";
export type FilmMode = "class" | "map";
export type Measure = "weights" | "projections" | "jumps";
export type ValueScale = "linear" | "log";
export type SpacingMode = "log" | "all";
export type SortMode = "number" | "strength" | "change" | "dead first" | "similarity";
export type OnlyMaps = "all" | "alive" | "dead" | "not finite" | "pinned";
export type OrderTime = "hold" | "follow";
/** The epoch that the slider's is compared with: a fixed one, or one that follows from the logs of each run. */
export type EpochA = "previous" | "first" | number;
export type RankBy = "turnover" | "projections" | "strength";
export type PairMode = "side" | "wipe" | "flicker" | "difference";

/** Runs chosen by name; null as long as the user left the choice to us. */
export const chosenRuns = signal<string[] | null>(null);
/** What the slider counts: runs are kept in step by it. */
export const syncAxis = signal<Axis>("epoch");
/** Where the slider was put, in the unit of its axis; null while the newest is followed. */
export const askedPosition = signal<number | null>(null);
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
/** What of a layer's change is drawn, and on which scale. */
export const changeMeasure = signal<Measure>("weights");
export const changeScale = signal<ValueScale>("linear");
/** Name of the metric that is drawn beside the loss; empty for the likeliest. */
export const metricName = signal("");

/** The occluded picture, by its number in the probe set; null for the first there is. */
export const chosenPicture = signal<number | null>(null);
/** Where the occluder stands, as shares of the picture's height and width; null where it does most. */
export const occluderAt = signal<readonly [down: number, across: number] | null>(null);
/** What is mapped of the class: its probability, or how much of it is lost. */
export const heatMode = signal<HeatMode>("probability");
/** Which pixels a position's value is drawn at. */
export const plotMode = signal<PlotMode>("centre");
/** Which of the maps is followed over the epochs. */
export const filmMode = signal<FilmMode>("class");
/** Of the heat over the picture, in per cent. */
export const opacity = signal(OPACITY);
/** Nested models that are drawn unfolded, by the path of their call. */
export const unfoldedModels = signal<string[]>([]);
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
export const epochA = signal<EpochA>("previous");
/** By what of their change the maps are ranked. */
export const rankBy = signal<RankBy>("turnover");
/** How many maps of a ranking are listed; null for a few. */
export const rowsShown = signal<number | null>(null);
/** How the two epochs of a map are laid over each other. */
export const pairMode = signal<PairMode>("side");
/** How far the wipe uncovers A, in per cent; null for one half. */
export const wipeAt = signal<number | null>(null);

/** Whether keys of one character do anything: they are in the way of whoever speaks to the machine. */
export const shortcuts = signal<"on" | "off">("on");

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

/** Two numbers from 0 to 1. */
function shares(text: string | undefined): [number, number] | null {
  const [down, across, ...more] = (text ?? "").split(",").map((part) => (/^[01](\.\d+)?$/.test(part) ? Number(part) : Number.NaN));
  return down !== undefined && across !== undefined && more.length === 0 && down <= 1 && across <= 1 ? [down, across] : null;
}

/** A position on the slider: a whole number of epochs, or a decimal one of seconds or as a fraction. */
function decimal(key: string, target: Signal<number | null>): Setting {
  return {
    key,
    read: (text) => (target.value = text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null),
    write: () => (target.value === null ? undefined : String(Number(target.value.toFixed(6)))),
  };
}

function names(text: string | undefined, most: number): string[] | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return Array.isArray(value) ? value.filter((name) => typeof name === "string").slice(0, most) : null;
  } catch {
    return null;
  }
}

const SETTINGS: Setting[] = [
  {
    key: "runs",
    read: (text) => (chosenRuns.value = names(text, MAX_RUNS)),
    write: () => (chosenRuns.value ? JSON.stringify(chosenRuns.value) : undefined),
  },
  choice("axis", syncAxis, AXES),
  decimal("step", askedPosition),
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
  whole("picture", chosenPicture),
  {
    key: "at",
    read: (text) => (occluderAt.value = shares(text)),
    write: () => occluderAt.value?.map((share) => share.toFixed(4)).join(),
  },
  choice("heat", heatMode, ["probability", "drop"]),
  choice("plot", plotMode, ["centre", "average"]),
  choice("film", filmMode, ["class", "map"]),
  {
    key: "opacity",
    read: (text) => (opacity.value = text !== undefined && /^\d{1,3}$/.test(text) ? Math.min(100, Number(text)) : OPACITY),
    write: () => (opacity.value === OPACITY ? undefined : String(opacity.value)),
  },
  choice("change", changeMeasure, ["weights", "projections", "jumps"]),
  choice("values", changeScale, ["linear", "log"]),
  word("metric", metricName, ""),
  {
    key: "unfolded",
    read: (text) => (unfoldedModels.value = names(text, 100) ?? []),
    write: () => (unfoldedModels.value.length > 0 ? JSON.stringify(unfoldedModels.value) : undefined),
  },
  choice("strip", spacingMode, ["log", "all"]),
  choice("sort", sortMode, ["number", "strength", "change", "dead first", "similarity"]),
  whole("order_at", orderStep),
  choice("order", orderTime, ["hold", "follow"]),
  word("by", orderRun, ""),
  word("find", findText, ""),
  choice("only", onlyMaps, ["all", "alive", "dead", "not finite", "pinned"]),
  word("class", onlyClass, ""),
  {
    key: "a",
    read: (text) => (epochA.value = text === "first" ? text : text !== undefined && /^-?\d+$/.test(text) ? Number(text) : "previous"),
    write: () => (epochA.value === "previous" ? undefined : String(epochA.value)),
  },
  choice("rank", rankBy, ["turnover", "projections", "strength"]),
  whole("rows", rowsShown),
  choice("ab", pairMode, ["side", "wipe", "flicker", "difference"]),
  whole("wipe", wipeAt),
  choice("keys", shortcuts, ["on", "off"]),
  { key: "pins", read: (text) => (pins.value = readPins(text ?? "")), write: () => writePins(pins.value) || undefined },
];

export function restore(address: ReadonlyMap<string, string>): void {
  batch(() => {
    for (const { key, read } of SETTINGS) read(address.get(key));
  });
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
