import { beforeEach, describe, expect, it, vi } from "vitest";
import type { RunIndex } from "../src/data/index";
import { ownName } from "../src/data/layerNames";
import type { Manifest } from "../src/data/manifest";
import { layer } from "../src/layers";
import { chooseRun } from "../src/runChoice";
import { chosenRuns, layerPath, pins, unfoldedModels, viewId } from "../src/settings";
import { indexes, runList, shownIndexes, store } from "../src/state";
import { series } from "./make";

/** Of each run its three convolutions, as Keras numbers them on. */
const CONVOLUTIONS: Record<string, string[]> = {
  a: ["conv2d", "conv2d_1", "conv2d_2"],
  b: ["conv2d_1", "conv2d_2", "conv2d_3"],
  c: ["conv2d_3", "conv2d_4", "conv2d_5"],
  d: ["conv2d_1", "conv2d_2", "conv2d_3"],
};

/** The layer that is looked at, by the name that each shown run has for it. */
const lookedAt = () => Object.fromEntries(shownIndexes.value.map((index) => [index.run, ownName(index, layer.value)]));

function index(run: string): RunIndex {
  const own = { run, group: run, scalars: [], problem: null, weights: [] };
  const maps = CONVOLUTIONS[run]!.map((subject) => series([0], { run, tag: `convvis/top/${subject}`, kind: "top", subject }));
  return { ...own, series: [series([0], { run, tag: "convvis/run/model", kind: "run", subject: "model" }), ...maps] };
}

function show(runs: string[]): void {
  viewId.value = "features";
  chosenRuns.value = runs;
  indexes.value = Object.keys(CONVOLUTIONS).map(index);
}

describe("a layer that is looked at stays the same one", () => {
  beforeEach(() => {
    vi.spyOn(store, "manifest").mockImplementation(({ run }) => {
      const layers = CONVOLUTIONS[run]!.map((name) => ({ name, class: "Conv2D" }));
      return { value: { kind: "run", logged: 1, blobs: [], facts: { layers } } as unknown as Manifest, error: null };
    });
    runList.value = { runs: Object.keys(CONVOLUTIONS).map((run) => ({ run, group: run })) } as typeof runList.value;
    pins.value = new Map();
    unfoldedModels.value = [];
  });

  it("where a run comes before it that has its name elsewhere", () => {
    show(["b"]);
    layerPath.value = "conv2d_1";
    chooseRun("a");
    expect(lookedAt()).toEqual({ a: "conv2d", b: "conv2d_1" });
  });

  it("where the run goes whose names were shown", () => {
    show(["a", "b"]);
    layerPath.value = "conv2d_2";
    chooseRun("a");
    expect(lookedAt()).toEqual({ b: "conv2d_3" });
  });

  it("with its pinned maps and the models that are unfolded", () => {
    show(["a", "c"]);
    layerPath.value = "conv2d_1";
    pins.value = new Map([["conv2d_1", [4, 2]]]);
    unfoldedModels.value = ["conv2d_2"];
    chooseRun("a");
    expect(lookedAt()).toEqual({ c: "conv2d_4" });
    expect(pins.value).toEqual(new Map([["conv2d_4", [4, 2]]]));
    expect(unfoldedModels.value).toEqual(["conv2d_5"]);
  });

  it("though the other run is known only later, and another one was chosen meanwhile", () => {
    show(["c"]);
    indexes.value = [index("c")];
    layerPath.value = "conv2d_3";
    chooseRun("b");
    chooseRun("a");
    indexes.value = ["b", "c"].map(index);
    indexes.value = ["a", "b", "c"].map(index);
    expect(lookedAt()).toEqual({ a: "conv2d", b: "conv2d_1", c: "conv2d_3" });
  });

  it("where a view has nothing of it, and a run has its name elsewhere", () => {
    show(["c", "d"]);
    layerPath.value = "conv2d_3";
    const without = (run: string) => ({ ...index(run), series: index(run).series.filter(({ subject }) => subject !== CONVOLUTIONS[run]![0]) });
    indexes.value = [without("c"), without("d")];
    expect(lookedAt()).toEqual({ c: "conv2d_4", d: "conv2d_2" });
  });
});
