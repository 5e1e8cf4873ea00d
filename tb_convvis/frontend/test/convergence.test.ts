import { describe, expect, it } from "vitest";
import { runIndexes } from "../src/data/index";
import { metricsOf, scalarValues } from "../src/data/scalars";
import { perEpoch, settledAt } from "../src/lib/settled";
import { linearAxis, logAxis } from "../src/lib/valueScale";

const steps = (length: number) => Array.from({ length }, (_, at) => at);
const settled = (step: number) => ({ state: "settled", step });

describe("a layer", () => {
  it("has settled at the log after which it stays quiet", () => {
    // It changes up to epoch 6, and from there on by less than 5 % of 0.4.
    expect(settledAt(steps(10), [NaN, 0.4, 0.3, 0.3, 0.2, 0.1, 0.05, 0.01, 0.001, 0])).toEqual(settled(6));
  });

  it("has not where it wakes up again", () => {
    expect(settledAt(steps(7), [NaN, 1, 0.01, 0.01, 0.01, 0.01, 0.06])).toEqual({ state: "moving" });
  });

  it("has not where one log alone is quiet", () => {
    expect(settledAt(steps(5), [NaN, 1, 1, 1, 0])).toEqual({ state: "moving" });
    expect(settledAt(steps(6), [NaN, 1, 1, 1, 0, 0])).toEqual(settled(3));
  });

  it("counts exactly 5 % as a change", () => {
    expect(settledAt(steps(6), [NaN, 1, 0.05, 0.049, 0.049, 0])).toEqual(settled(2));
  });

  it("is not taken for quiet while its change is not known", () => {
    expect(settledAt(steps(7), [NaN, 1, 1, NaN, 0, 0, 0])).toEqual(settled(3));
    expect(settledAt(steps(6), [NaN, 1, 1, NaN, NaN, NaN])).toEqual({ state: "few" });
  });

  it("needs four logs, and one that never changed is said to be still", () => {
    expect(settledAt(steps(3), [NaN, 1, 0])).toEqual({ state: "few" });
    expect(settledAt([], [])).toEqual({ state: "few" });
    expect(settledAt(steps(4), [NaN, 0, 0, 0])).toEqual({ state: "still" });
  });

  it("is measured per epoch where logs are far apart", () => {
    expect(perEpoch([0, 1, 2, 5, 10], [null, 0.4, 0.2, 0.3, 0.05], null)).toEqual([NaN, 0.4, 0.2, expect.closeTo(0.1), expect.closeTo(0.01)]);
  });

  it("is measured by the log before, kept or not", () => {
    // Of the logs at 0, 1, 2, ... 8 every fourth was kept: the change at 8 is that since 7.
    expect(perEpoch([0, 4, 8], [null, 0.4, 0.2], [1, 5, 9])).toEqual([NaN, 0.4, 0.2]);
    expect(perEpoch([0, 4, 8], [null, 0.4, 0.2], [1, null, 9])).toEqual([NaN, NaN, NaN]);
  });
});

describe("the axis of values", () => {
  it("is linear from zero or over what there is", () => {
    const { place } = linearAxis([2, 4, NaN], true);
    expect([0, 2, 4].map(place)).toEqual([0, 0.5, 1]);
    expect([2, 3, 4].map(linearAxis([2, 4], false).place)).toEqual([0, 0.5, 1]);
  });

  it("puts what is all the same somewhere, and nothing nowhere", () => {
    expect(linearAxis([3, 3], false).place(3)).toBe(0.5);
    expect(linearAxis([0, 0], true).place(0)).toBe(0);
    expect(linearAxis([], false).ticks).toEqual([]);
  });

  it("is logarithmic with zero below the smallest decade", () => {
    const { place, ticks } = logAxis([1e-4, 1e-2, 1, 0]);
    const [zero, low, middle, high] = [0, 1e-4, 1e-2, 1].map(place) as [number, number, number, number];
    expect([zero, high]).toEqual([0, 1]);
    expect(low).toBeGreaterThan(zero);
    expect(middle - low).toBeCloseTo(high - middle, 10);
    expect(ticks[0]).toBe(0);
    expect(ticks.slice(1).every((tick) => Number.isInteger(Math.round(1e6 * Math.log10(tick)) / 1e6))).toBe(true);
  });

  it("does not go down without end", () => {
    const { place } = logAxis([1e-300, 1]);
    expect(place(1e-300)).toBe(place(1e-9));
    expect(place(1e-300)).toBeGreaterThan(0);
    expect(logAxis([0, NaN]).place(0)).toBe(0);
  });
});

describe("scalars", () => {
  const run = (names: string[]) => {
    const scalars = names.map((name) => ({ run: "a/train", tag: `epoch_${name}`, name, source: "train" }));
    return runIndexes({ runs: [{ run: "a", group: "a", tags: [], weights: [], scalars }] }, "index");
  };

  it.each([
    [["loss", "top_k", "accuracy"], "accuracy"],
    [["loss", "acc", "auc"], "acc"],
    [["auc", "loss", "sparse_categorical_accuracy"], "sparse_categorical_accuracy"],
    [["head_acc", "auc", "loss"], "head_acc"],
    [["learning_rate", "mae", "loss"], "mae"],
  ])("of %j show first %s", (names, first) => {
    expect(metricsOf(run(names))[0]).toBe(first);
    expect(metricsOf(run(names))).not.toContain("loss");
  });

  it("are none where none were logged", () => {
    expect(metricsOf(run(["loss"]))).toEqual([]);
  });

  it("cost a run no more than themselves where they do not fit", () => {
    const [index] = runIndexes({ runs: [{ run: "a", group: "a", tags: [], weights: [], scalars: [{ run: "x", tag: 7 }] }] }, "index");
    expect(index).toMatchObject({ scalars: [], problem: expect.stringContaining("expected text") });
  });

  it("are checked on arrival", () => {
    const series = { run: "a", tag: "t", error: null, kept: 2, points: [{ step: 1, wall_time: 5, value: 0.5 }, { step: "9007199254740993", wall_time: null, value: null }] };
    expect(scalarValues({ series: [series] }, "scalars")[0]?.points).toEqual([{ step: 1, value: 0.5 }, { step: 2 ** 53, value: null }]);
    expect(() => scalarValues({ series: [{ ...series, points: [{ step: 1, value: "<b>" }] }] }, "scalars")).toThrow("scalars.series[0].points[0].value");
  });
});
