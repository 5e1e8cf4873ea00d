import { describe, expect, it } from "vitest";
import { cividis } from "../src/lib/colourMaps";
import { median } from "../src/lib/median";
import { isolated, monotone, polyline } from "../src/lib/paths";
import { scaleLinear, ticks, upTo } from "../src/lib/scale";
import { number, whole } from "../src/lib/words";

// What is expected here is what d3 7 gives: d3-array, d3-format, d3-scale, d3-scale-chromatic and d3-shape.

describe("scales", () => {
  it.each<[[number, number, number], number[]]>([
    [[0, 1, 3], [0, 0.5, 1]],
    [[0, 60, 8], [0, 10, 20, 30, 40, 50, 60]],
    [[-0.37, 0.42, 7], [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3, 0.4]],
    [[0, 0.0123, 3], [0, 0.005, 0.01]],
    [[1, 149, 10], [20, 40, 60, 80, 100, 120, 140]],
    [[5, 5, 4], [5]],
    [[-3e-7, 8e-7, 5], [-2e-7, 0, 2e-7, 4e-7, 6e-7, 8e-7]],
    [[0, 123_456, 7], [0, 20_000, 40_000, 60_000, 80_000, 100_000, 120_000]],
  ])("puts round numbers beside %j", (axis, expected) => expect(ticks(...axis)).toEqual(expected));

  it("ends an axis at a round number", () => {
    expect([upTo(0.0123, 3), upTo(1, 3), upTo(0, 3), upTo(123_456, 7)]).toEqual([[0, 0.015], [0, 1], [0, 1], [0, 140_000]]);
  });

  it("goes there and back, and stands in the middle where there is one number only", () => {
    const x = scaleLinear([0, 10], [100, 0]);
    expect([x(0), x(2.5), x.invert(75)]).toEqual([100, 75, 2.5]);
    expect(scaleLinear([3, 3], [0, 80])(3)).toBe(40);
  });
});

describe("paths", () => {
  it("leave gaps for what is not finite", () => {
    expect(polyline([[0, 1], [10, 2], [20, Number.NaN], [50, 5.12345], [60, 6]])).toBe("M0,1L10,2M50,5.123L60,6");
  });

  it("know the points that no line leads to", () => {
    const [lone, first, last] = [[0, 1], [20, 2], [50, 4]] as const;
    const gap = [10, Number.NaN] as const;
    expect(isolated([lone, gap, first, [30, 3], [40, Number.NaN], last])).toEqual([lone, last]);
    expect([isolated([lone]), isolated([lone, first]), isolated([gap])]).toEqual([[lone], [], []]);
  });

  it("rise and fall only where the points do", () => {
    expect(monotone([[0, 0], [10, 5], [20, 5], [30, 20], [40, 0]])).toBe(
      "M0,0C3.333,2.5,6.667,5,10,5C13.333,5,16.667,5,20,5C23.333,5,26.667,20,30,20C33.333,20,36.667,10,40,0",
    );
  });
});

it("cividis goes from blue to yellow", () => {
  expect([0, 0.25, 0.5, 0.75, 1].map(cividis)).toEqual([
    "rgb(0, 32, 81)", "rgb(60, 77, 110)", "rgb(127, 124, 117)", "rgb(187, 175, 113)", "rgb(253, 234, 69)",
  ]);
});

it("the median is the middle, NaN apart", () => {
  expect([median([3, 1, Number.NaN, 2, 10]), median([]), median([7])]).toEqual([2.5, undefined, 7]);
});

it.each<[number, string]>([
  [0, "0"], [1, "1"], [-1, "−1"], [1.2345, "1.23"], [12_345, "1.23e+4"], [0.001, "0.001"], [-0.5, "−0.5"], [100, "100"],
  [1000, "1e+3"], [123.456, "123"], [1.2e-5, "1.2e-5"], [-1.2e-5, "−1.2e-5"], [1.005e12, "1.01e+12"], [0.1, "0.1"],
])("writes %d in three digits", (value, words) => expect(number(value)).toBe(words));

it("groups the digits of whole numbers", () => expect(whole(1_234_567)).toBe("1,234,567"));
