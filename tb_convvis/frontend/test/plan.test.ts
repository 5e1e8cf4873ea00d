import { describe, expect, it } from "vitest";
import { plan, wholeSeries } from "../src/data/plan";
import { series } from "./make";

describe("plan", () => {
  it("puts whole series of several runs into one request", () => {
    const requests = plan([wholeSeries(series([0, 1, 2]), 1, 100), wholeSeries(series([0, 9], { run: "b/convvis" }), 1, 100)]);
    expect(requests).toHaveLength(1);
    expect(JSON.parse(requests[0]?.want ?? "")).toEqual([
      ["a/convvis", "convvis/filters/conv1", [], [1]],
      ["b/convvis", "convvis/filters/conv1", [], [1]],
    ]);
    expect(requests[0]?.version).toBe(5 * 1_700_000_000 + 12);
  });

  it("names the steps where only some are wanted, in the server's spelling", () => {
    const long = series([1, 2 ** 53, 5], { wire: [1, "9007199254740993", 5] });
    const [request] = plan([{ ...wholeSeries(long, 0, 10), positions: [0, 1] }]);
    expect(JSON.parse(request?.want ?? "")[0][2]).toEqual([1, "9007199254740993"]);
  });

  it("asks for the whole series where nearly all of it is wanted, in an address that is kept no longer than it is right", () => {
    const steps = Array.from({ length: 100 }, (_unused, at) => at);
    const long = series(steps);
    const [request] = plan([{ ...wholeSeries(long, 0, 10), positions: steps.slice(0, 99) }]);
    expect(JSON.parse(request?.want ?? "")).toEqual([[long.run, long.tag, [], [0]]]);
    expect(request?.version).toBe(100 * 1_700_000_000 + (99 * 100) / 2);
    expect(request?.wants[0]?.positions).toHaveLength(99);
  });

  it("counts a record once, however many of its blobs are wanted one by one", () => {
    const one = { ...wholeSeries(series([0, 1, 2]), 1, 100), positions: [1] };
    const [request] = plan([one, { ...one, indices: [2] }]);
    expect(request?.version).toBe(1_700_000_001);
  });

  it("does not ask for a lasting answer where a wall time is not known", () => {
    const [request] = plan([wholeSeries(series([0, 1], { walls: [1_700_000_000, null] }), 0, 10)]);
    expect(request?.version).toBeNull();
  });

  it.each([
    ["parts", { parts: 10, bytes: 1e9, json: 4000 }],
    ["bytes", { parts: 4000, bytes: 1000, json: 4000 }],
    ["letters", { parts: 4000, bytes: 1e9, json: 100 }],
  ])("keeps to the limit on %s and loses nothing", (_, limits) => {
    const steps = Array.from({ length: 128 }, (_unused, at) => at);
    const some = steps.filter((at) => at % 2 === 1);
    const wanted = { ...wholeSeries(series(steps), 1, 100), positions: some };
    const requests = plan([wanted, wholeSeries(series([7]), 0, 100)], limits);
    expect(requests.length).toBeGreaterThan(1);
    const asked = requests.flatMap(({ wants }) => wants).filter(({ indices }) => indices[0] === 1).flatMap(({ positions }) => positions);
    expect(asked).toEqual(some);
    for (const { wants, want } of requests) {
      const parts = wants.reduce((sum, { positions }) => sum + positions.length, 0);
      expect(parts).toBeLessThanOrEqual(limits.parts);
      expect(100 * parts).toBeLessThanOrEqual(limits.bytes);
      expect(want.length).toBeLessThanOrEqual(limits.json + 2);
    }
  });

  it("asks for nothing where nothing is wanted", () => {
    expect(plan([wholeSeries(series([]), 1, 100)])).toEqual([]);
  });
});
