// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { axisTicks, duration, elapsed, fractions, interpolate, placeWords, stepAsked } from "../src/lib/axis";
import { pause, play, speed, speedWords } from "../src/playback";
import { askedPosition, restore, serialise, syncAxis } from "../src/settings";
import { chooseAxis, goTo, goToStep, indexes, moveBy, placeOf, position, positions, runList, stepOf } from "../src/state";
import { series } from "./make";

const DAY = 86_400;
const at = (walls: (number | null)[]) => walls.map((wall, step) => ({ step, wall }));
const steps = (length: number) => Array.from({ length }, (_, step) => step);

describe("the time of training", () => {
  it("is what passed since the fit began", () => {
    expect(elapsed([1, 2, 3], [{ step: 1, wall: 110 }, { step: 2, wall: 125 }, { step: 3, wall: 130 }], [{ step: 0, wall: 100 }])).toEqual([10, 25, 30]);
  });

  it("counts from the first log where nothing says when the fit began", () => {
    expect(elapsed(steps(3), at([50, 60, 80]), [])).toEqual([0, 10, 30]);
  });

  it("leaves out the night before a resume", () => {
    const logs = at([0, 10, 20, DAY + 15, DAY + 25]);
    const starts = [{ step: 0, wall: 0 }, { step: 3, wall: DAY + 5 }];
    expect(elapsed(steps(5), logs, starts)).toEqual([0, 10, 20, 30, 40]);
  });

  it("takes a clock that was set back for one interval of unknown length", () => {
    expect(elapsed(steps(5), at([1_000, 1_010, 500, 510, 520]), [])).toEqual([0, 10, 10, 20, 30]);
  });

  it("stands still where times are identical", () => {
    expect(elapsed(steps(3), at([7, 7, 7]), [{ step: 0, wall: 7 }])).toEqual([0, 0, 0]);
  });

  it("is put between the neighbours, or to the nearest end, where it was not logged", () => {
    expect(elapsed(steps(6), at([null, 10, null, null, 40, null]), [{ step: 0, wall: 0 }])).toEqual([10, 10, 20, 30, 40, 40]);
  });

  it("is not known where no log has one", () => {
    expect(elapsed([0, 1], at([null, null]), [{ step: 0, wall: 3 }])).toBeNull();
    expect(elapsed([], [], [])).toBeNull();
  });

  it("is that of the first record where a step has several", () => {
    expect(elapsed([0, 1], [{ step: 0, wall: 0 }, { step: 1, wall: 14 }, { step: 1, wall: 10 }], [])).toEqual([0, 10]);
  });
});

describe("the fraction of a training", () => {
  it("is all of it at the last log, also where that is the only one", () => {
    expect(fractions([0, 5, 20])).toEqual([0, 0.25, 1]);
    expect(fractions([0])).toEqual([1]);
    expect(fractions([])).toEqual([]);
  });
});

describe("the step that a run is asked for", () => {
  it("is the epoch itself, whatever the run has", () => {
    expect(stepAsked("epoch", [0, 20], [0, 20], 22)).toBe(22);
  });

  it("is the nearest on the other axes, the earlier of two as near", () => {
    expect([12, 14.9, 15, 15.1, 99].map((place) => stepAsked("time", [0, 1, 2], [0, 10, 20], place))).toEqual([1, 1, 1, 2, 2]);
  });

  it("is the last of those at one place", () => {
    expect(stepAsked("time", [0, 1, 2, 3], [0, 10, 10, 30], 10)).toBe(2);
  });

  it("is the last where the run has no times, and 0 where it has nothing", () => {
    expect(stepAsked("time", [0, 7], null, 10)).toBe(7);
    expect(stepAsked("fraction", [], [], 0.5)).toBe(0);
  });
});

describe("words", () => {
  it.each([
    [0, "0 s"], [0.24, "0.2 s"], [7.5, "7.5 s"], [9.96, "10 s"], [59.4, "59 s"], [59.6, "1 min"], [190, "3 min 10 s"],
    [3_599.9, "1 h"], [7_500, "2 h 5 min"], [7_529, "2 h 5 min"], [3 * DAY + 7_200, "3 d 2 h"], [2 * DAY - 1, "2 d"],
  ])("say %d seconds as %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });

  it("say a place in the unit of its axis", () => {
    expect([placeWords("epoch", 3), placeWords("time", 204), placeWords("fraction", 1 / 3)]).toEqual(["3", "3 min 24 s", "33.3\u2009%"]);
  });
});

describe("labels", () => {
  it("stand at round times, and at whole epochs", () => {
    expect(axisTicks("time", 0, 200, 400)).toEqual([0, 60, 120, 180]);
    expect(axisTicks("epoch", 0, 3, 600)).toEqual([0, 1, 2, 3]);
    expect(axisTicks("time", 0, 40 * DAY, 400).every((tick) => tick % DAY === 0)).toBe(true);
  });

  it("are put between points on their line", () => {
    expect([-1, 0, 2, 9].map((x) => interpolate([0, 4], [10, 30], x))).toEqual([10, 10, 20, 30]);
  });
});

describe("runs of different length and pace", () => {
  const run = (name: string, length: number, pace: number) => ({
    run: name, group: name, weights: [], scalars: [], problem: null,
    series: [
      series([0], { run: name, kind: "run", subject: "model", tag: "convvis/run/model", walls: [1_000] }),
      series(steps(length), { run: name, walls: steps(length).map((step) => 1_000 + pace * step) }),
    ],
  });
  const shown = () => [stepOf("long"), stepOf("short")];

  beforeEach(() => {
    restore(new Map());
    pause();
    runList.value = { total: 2, tensorboardRuns: 2, runs: [{ run: "long", group: "" }, { run: "short", group: "" }] };
    // 20 epochs of 3 s and 4 of 10 s.
    indexes.value = [run("long", 21, 3), run("short", 5, 10)];
  });

  it("are at the same epoch by epochs", () => {
    goTo(10);
    expect([position.value, ...shown()]).toEqual([10, 10, 10]);
  });

  it("are at the same time by time, which has the positions of both", () => {
    chooseAxis("time");
    expect(positions.value.slice(0, 6)).toEqual([0, 3, 6, 9, 10, 12]);
    goTo(30);
    expect([position.value, ...shown()]).toEqual([30, 10, 3]);
    moveBy(1);
    expect([position.value, ...shown()]).toEqual([33, 11, 3]);
    expect([placeOf("long", 11), placeOf("short", 3)]).toEqual([33, 30]);
  });

  it("both end at 100 % by fraction", () => {
    chooseAxis("fraction");
    expect([position.value, ...shown()]).toEqual([1, 20, 4]);
    goTo(0.5);
    expect(shown()).toEqual([10, 2]);
    goToStep("short", 1);
    expect([position.value, ...shown()]).toEqual([0.25, 5, 1]);
  });

  it("stay where the first one is when the axis is changed, or at the end", () => {
    goTo(10);
    chooseAxis("time");
    expect([position.value, ...shown()]).toEqual([30, 10, 3]);
    chooseAxis("fraction");
    expect(shown()).toEqual([10, 2]);
    goTo(1);
    chooseAxis("epoch");
    expect([askedPosition.value, position.value]).toEqual([null, 20]);
  });

  it("keep axis and position in the address", () => {
    chooseAxis("time");
    goTo(33);
    const values = serialise();
    expect([values.get("axis"), values.get("step")]).toEqual(["time", "33"]);
    restore(new Map());
    restore(values);
    expect([syncAxis.value, ...shown()]).toEqual(["time", 11, 3]);
  });

  it("show their last log where no times are known, and the slider then has nowhere to go", () => {
    indexes.value = indexes.value?.map((index) => ({
      ...index, series: index.series.map((one) => ({ ...one, walls: one.walls.map(() => null) })),
    })) ?? null;
    chooseAxis("time");
    expect([...shown(), positions.value.length, placeOf("long", 3)]).toEqual([20, 4, 0, null]);
  });

  it("are played at the pace at which they were trained", () => {
    vi.useFakeTimers({ toFake: ["requestAnimationFrame", "cancelAnimationFrame", "performance"] });
    chooseAxis("time");
    speed.value = 10;
    expect([speedWords(10), speedWords(30)]).toEqual(["6 s/s", "18 s/s"]);
    play();
    vi.advanceTimersByTime(5_000);
    // Half of the 60 seconds after 5 of 10: give or take a frame.
    expect(position.value).toBeGreaterThanOrEqual(27);
    expect(position.value).toBeLessThanOrEqual(33);
    vi.advanceTimersByTime(5_200);
    vi.useRealTimers();
    expect(position.value).toBe(60);
  });
});
