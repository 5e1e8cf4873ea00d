import { describe, expect, it } from "vitest";
import { diagnose } from "../src/lib/diagnose";

describe("diagnose", () => {
  it("finds dead and dominating filters by the median", () => {
    const found = diagnose([1, 1, 1, 0.0009, 5.1, 0]);
    expect(found).toMatchObject({ median: 1, dead: [3, 5], dominating: [4], dominance: 5.1 });
  });

  it("finds nothing at the thresholds themselves", () => {
    expect(diagnose([1, 1, 1, 0.001, 5])).toMatchObject({ dead: [], dominating: [] });
  });

  it("does not call unknown sizes dead", () => {
    expect(diagnose([1, 1, Number.NaN]).dead).toEqual([]);
  });

  it("calls all filters of a layer of zeros dead", () => {
    expect(diagnose([0, 0])).toMatchObject({ dead: [0, 1], dominating: [], dominance: 1 });
  });
});
