import { describe, expect, it } from "vitest";
import { histogramSeries } from "../src/data/histograms";
import { runIndexes, runList } from "../src/data/index";
import { filterFacts, parseKernel, parseManifest, statusFacts } from "../src/data/manifest";
import { fields, parseJson, text } from "../src/lib/guards";

const tag = { tag: "t", kind: "filters", subject: "s", steps: [0, 1], wall_times: [1, 2], logged: 2, error: null };
const index = (changes: object) => ({ runs: [{ run: "a", group: "a", weights: [], tags: [{ ...tag, ...changes }] }] });
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe("guards", () => {
  it("name the place where data does not fit", () => {
    expect(() => runIndexes({ runs: [{ run: 3 }] }, "index")).toThrow("index.runs[0].run");
    expect(runIndexes(index({ steps: [0, null] }), "index")[0]?.problem).toContain("t.steps[1]");
  });

  it("read only an object's own fields", () => {
    expect(() => parseJson("{}", fields({ constructor: text }), "x")).toThrow("x.constructor");
    expect(parseJson('{"__proto__": "a name"}', fields({ ["__proto__"]: text }), "x")).toBeTruthy();
  });

  it.each([
    ["null", null], ["a list", []], ["a number", 3], ["no runs", { total: 1 }],
    ["a negative total", { total: -1, tensorboard_runs: 0, offset: 0, runs: [] }],
    ["runs without names", { total: 1, tensorboard_runs: 0, offset: 0, runs: [{ run: 3, group: "" }] }],
  ])("refuse a list of runs that is %s", (_, value) => {
    expect(() => runList(value, "runs")).toThrow();
  });

  it("refuse a tag with more steps than wall times", () => {
    const [run] = runIndexes(index({ wall_times: [1] }), "index");
    expect(run).toMatchObject({ series: [], problem: expect.stringContaining("wall times") });
  });

  it("leave tags alone that are not ours or of an unknown kind", () => {
    const foreign = { ...tag, tag: "theirs", subject: "theirs", kind: null, steps: [], wall_times: [], logged: null, error: "not JSON" };
    const [run] = runIndexes({ runs: [{ run: "a", group: "a", weights: [], tags: [foreign, { ...tag, kind: "sounds" }, tag] }] }, "index");
    expect(run?.series.map(({ kind }) => kind)).toEqual(["filters"]);
    expect(run?.problem).toBeNull();
  });

  it("keep steps whose wall time is not a number", () => {
    const [run] = runIndexes(index({ wall_times: [1, null] }), "index");
    expect(run?.series[0]).toMatchObject({ steps: [0, 1], walls: [1, null] });
  });

  it.each([
    ["a tag", { tags: [{ ...tag, steps: "all" }, tag] }, 1, "t.steps: expected a list"],
    ["a weight", { weights: [{ run: "a", tag: "w", name: "w", source: "elsewhere" }], tags: [tag] }, 1, "index.runs[0].weights[0].source"],
    ["all tags", { tags: "none" }, 0, "index.runs[0].tags"],
  ])("keep what is sound where %s does not fit, and say so of that run alone", (_, changes, sound, words) => {
    const healthy = { run: "b", group: "b", weights: [], tags: [tag] };
    const [bad, good] = runIndexes({ runs: [{ ...healthy, run: "a", ...changes }, healthy] }, "index");
    expect(bad?.series).toHaveLength(sound);
    expect(bad?.problem).toContain(words);
    expect(good).toMatchObject({ problem: null, series: [{ subject: "s" }] });
  });

  it("read steps beyond 2^53, and an unknown number of logged ones", () => {
    const [run] = runIndexes(index({ steps: [1, "9007199254740995"], logged: null }), "index");
    expect(run?.series[0]?.wire).toEqual([1, "9007199254740995"]);
    expect(run?.series[0]?.logged).toBeNull();
  });

  it("leave out histograms with buckets of two, beside those that the server left out", () => {
    const points = [{ step: 0, wall_time: 1, buckets: [[0, 1]] }, { step: 1, wall_time: null, buckets: [[0, 1, 5]] }];
    const one = { run: "a", tag: "t", error: "1 of 3 histograms are damaged.", points };
    const [read, other] = histogramSeries({ series: [one, { ...one, run: "b", error: null, points: points.slice(1) }] }, "histograms");
    expect(read?.points).toEqual([{ step: 1, buckets: [[0, 1, 5]] }]);
    expect(read?.error).toMatch(/^1 of 3 histograms are damaged\..*buckets\[0\]/);
    expect(other).toMatchObject({ error: null, points: [{ step: 1 }] });
  });
});

describe("manifests", () => {
  const manifest = { crc32: "0", kind: "filters", version: 1, logged: 3, blobs: [{ size: 4, shape: [1, 1, 1, 1], dtype: "float32" }], facts: {} };

  it("are read", () => {
    expect(parseManifest(bytes(manifest))).toMatchObject({ kind: "filters", logged: 3 });
  });

  it("keep statistics that were not finite apart from zero", () => {
    const facts = filterFacts({ layer: "c", rms: [1, null], norm: [1, null] }, "facts");
    expect(facts.rms).toEqual([1, Number.NaN]);
  });

  it("report failures and notes, none where the record has none", () => {
    expect(statusFacts({ view: "filters" }, "status")).toEqual({ failures: [], notes: [] });
    expect(statusFacts({ failures: [{ view: "filters", layer: null, reason: "out of memory" }] }, "s").failures[0]?.reason).toBe("out of memory");
  });

  it("describe kernels that fit their bytes", () => {
    const info = { size: 8, shape: [1, 1, 1, 2], dtype: "float32" };
    const data = new Uint8Array(new Float32Array([1, -2]).buffer);
    expect([...parseKernel(info, data).values]).toEqual([1, -2]);
    expect(() => parseKernel(info, data.slice(0, 4))).toThrow("expected 8 bytes");
    expect(() => parseKernel({ ...info, shape: [2] }, data)).toThrow("four axes");
    expect(() => parseKernel({ ...info, dtype: "float16" }, data)).toThrow("float32");
  });
});
