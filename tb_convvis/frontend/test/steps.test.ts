import { describe, expect, it } from "vitest";
import { closestIndex, neighbour, shownIndex, unionSteps } from "../src/lib/steps";

const steps = [1, 2, 5, 10, 20];

describe("the step that is shown", () => {
  it.each([
    ["itself", 5, 5], ["the latest before it", 22, 20], ["the latest before it", 9, 5], ["the first, where none is before", 0, 1],
  ])("is %s", (_, asked, shown) => {
    expect(steps[shownIndex(steps, asked)]).toBe(shown);
  });

  it("is none where there are none", () => {
    expect(shownIndex([], 3)).toBe(-1);
  });
});

describe("steps", () => {
  it("are united in order, each once", () => {
    expect(unionSteps([[0, 10], [0, 5, 10], []])).toEqual([0, 5, 10]);
  });

  it("attract the pointer from both sides", () => {
    expect([-3, 3.4, 3.6, 99].map((at) => steps[closestIndex(steps, at)])).toEqual([1, 2, 5, 20]);
  });

  it("have neighbours, also where one stands between them", () => {
    expect([neighbour(steps, 5, 1), neighbour(steps, 5, -1), neighbour(steps, 7, 1), neighbour(steps, 7, -1)]).toEqual([10, 2, 10, 5]);
    expect([neighbour(steps, 20, 1), neighbour(steps, 1, -1), neighbour(steps, 1, 100)]).toEqual([20, 1, 20]);
  });
});
