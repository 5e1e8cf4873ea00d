import { describe, expect, it } from "vitest";
import { runColours } from "../src/lib/colours";
import { foldRuns, runTitles, sortRuns } from "../src/lib/folders";

const runs = (...pairs: [string, string][]) => pairs.map(([run, group]) => ({ run, group }));

describe("runs", () => {
  it("are folded by the directory of their trainings", () => {
    const folders = foldRuns(runs(["lr/sgd/convvis", "lr/sgd"], ["lr/adam/convvis", "lr/adam"], ["base/convvis", "base"]));
    expect(folders.map(({ path, leaves }) => [path, leaves.map(({ label }) => label)])).toEqual([
      ["lr", ["sgd", "adam"]],
      ["", ["base"]],
    ]);
  });

  it("are told apart where two trainings went into one directory", () => {
    const titles = runTitles(runs(["a/convvis", "a"], ["a/convvis-2", "a"], ["convvis", ""]));
    expect([...titles.values()]).toEqual(["a · convvis", "a · convvis-2", "(log directory)"]);
  });

  it("are sorted as people count", () => {
    expect(sortRuns(runs(["r10", "r10"], ["r2", "r2"], ["a/b", "a"])).map(({ run }) => run)).toEqual(["a/b", "r2", "r10"]);
  });

  it("may be called anything", () => {
    const titles = runTitles(runs(["__proto__/convvis", "__proto__"], ["constructor/convvis", "constructor"]));
    expect(titles.get("__proto__/convvis")).toBe("__proto__");
    expect(titles.get("toString")).toBeUndefined();
  });
});

describe("colours", () => {
  it("follow the order in which TensorBoard saw all runs, and begin again after seven", () => {
    const names = ["a/train", "a/convvis", "b/train", "c", "d", "e", "f", "b/convvis"];
    const colours = runColours(names, false);
    expect(colours.get("a/convvis")).toBe("#12b5cb");
    expect(colours.get("b/convvis")).toBe(colours.get("a/train"));
  });

  it("are lighter for the first run in the dark", () => {
    expect(runColours(["a", "a", "b"], true)).toEqual(new Map([["a", "#8e98a3"], ["b", "#12b5cb"]]));
  });
});
