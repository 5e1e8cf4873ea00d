import { describe, expect, it } from "vitest";
import { ridgesOf } from "../src/components/Ridgeline";
import { countOf, extentOf, rebin } from "../src/data/histograms";
import { roomFor } from "../src/lib/words";

describe("ridges", () => {
  it("are all drawn while they are few, else some with both ends", () => {
    expect(ridgesOf(60)).toHaveLength(60);
    const some = ridgesOf(100);
    expect([some.length, some[0], some[some.length - 1]]).toEqual([60, 0, 99]);
    expect(new Set(some).size).toBe(60);
  });
});

describe("the advice to keep more", () => {
  it.each([
    [60, 1000, 1000], [1000, 1000, 1000], [1001, 1000, 2000], [1500, 1000, 2000], [3000, 1000, 5000], [70_000, 500, 100_000],
  ])("for %i logged, at least %i, is %i", (logged, least, advice) => {
    expect(roomFor(logged, least)).toBe(advice);
  });
});

describe("rebin", () => {
  it("shares buckets out by overlap and keeps the total", () => {
    const shares = rebin([[0, 2, 4], [2, 4, 4]], [0, 4], 4);
    expect([...shares]).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it("keeps everything of buckets that have no width or lie on the edge", () => {
    const shares = rebin([[1, 1, 3], [4, 4, 1]], [0, 4], 4);
    expect([...shares]).toEqual([0, 0.75, 0, 0.25]);
  });

  it("is all zero where nothing was counted", () => {
    expect([...rebin([[0, 1, 0]], [0, 1], 2)]).toEqual([0, 0]);
  });
});

describe("extentOf", () => {
  it("spans what is counted, and a little where all values are the same", () => {
    expect(extentOf([{ step: 0, buckets: [[-9, -8, 0], [-1, 2, 5]] }])).toEqual([-1, 2]);
    expect(extentOf([{ step: 0, buckets: [[0, 0, 5]] }])).toEqual([-1, 1]);
    expect(extentOf([])).toBeNull();
  });

  it("goes with the count", () => {
    expect(countOf([[0, 1, 3], [1, 2, 4]])).toBe(7);
  });
});
