import { describe, expect, it } from "vitest";
import { type TopFacts, TopNumbers, topFacts } from "../src/data/top";
import { cosineChange, differences } from "../src/lib/difference";
import { alignedTo, stayed, turnover } from "../src/lib/turnover";
import type { RankBy } from "../src/settings";
import { type Side, changesBetween } from "../src/views/changeRanking";
import { strengthWords } from "../src/views/changeWords";

const pixels = (...colours: [number, number, number][]) => new Uint8ClampedArray(colours.flatMap((colour) => [...colour, 255]));

describe("turnover", () => {
  it.each([
    ["the same in another order", [1, 2, 3, 4], [4, 3, 2, 1], 0],
    ["one of four", [1, 2, 3, 4], [1, 2, 3, 9], 0.25],
    ["all", [1, 2], [3, 4], 1],
    ["fewer than before", [1, 2, 3, 4], [1, 2, null, null], 0.5],
    ["more than before", [1, null], [1, 2], 0.5],
    ["dead now", [1, 2], [null, null], 1],
  ])("%s", (_, before, after, share) => expect(turnover(before, after)).toBe(share));

  it("is not known where no picture excites the map at either epoch", () => expect(turnover([null], [null])).toBeNaN());

  it("says of each slot whether its picture stayed", () => {
    expect(stayed([5, 6, null], [6, null, 7])).toEqual([false, true, false]);
  });

  it("lays what stayed on itself, and the rest on what is left", () => {
    expect(alignedTo([1, 2, 3], [3, 1, 9])).toEqual([1, 2, 0]);
    expect(alignedTo([null, 8, null], [8, null, 5])).toEqual([1, 0, 2]);
  });
});

describe("difference of pictures", () => {
  it("per pixel is that of the colour that differs most", () => {
    const a = pixels([10, 20, 30], [0, 255, 7], [1, 2, 3]);
    const b = pixels([13, 15, 30], [255, 250, 7], [1, 2, 3]);
    expect([...differences(a, b)]).toEqual([5, 255, 0]);
  });

  it("as 1 - cosine is 0 for more or less of the same, 1 for what has nothing in common, 2 for the opposite", () => {
    const a = pixels([138, 128, 108], [128, 128, 128]);
    expect(cosineChange(a, pixels([148, 128, 88], [128, 128, 128]))).toBeCloseTo(0);
    expect(cosineChange(a, pixels([118, 128, 148], [128, 128, 128]))).toBeCloseTo(2);
    expect(cosineChange(a, pixels([128, 178, 128], [128, 128, 60]))).toBeCloseTo(1);
    expect(cosineChange(pixels([131, 132, 128]), pixels([132, 131, 128]))).toBeCloseTo(1 - 24 / 25);
  });

  it("is not known where there is nothing in one of them, or they are not of one size", () => {
    const a = pixels([200, 10, 128]);
    expect(cosineChange(a, pixels([128, 128, 128]))).toBeNaN();
    expect(cosineChange(a, pixels([200, 10, 128], [1, 2, 3]))).toBeNaN();
  });
});

describe("changes of a layer", () => {
  const maps = [0, 2, 3, 4, 5];
  const facts: TopFacts = topFacts({ layer: "c", maps, of: 6, k: 2, columns: ["value", "image"], tile: [1, 1] }, "top");
  const side = (strengths: number[], pictures: [number, number][], known = true): Side => {
    const values = maps.flatMap((map, row) => (pictures[row] ?? []).flatMap((picture) => [strengths[map] ?? 0, picture]));
    const numbers = new TopNumbers(facts, new Uint8Array(new Float32Array(values).buffer));
    return { facts, numbers, strengths: known ? new Float32Array(strengths) : null };
  };
  // Map 1 is not drawn; 2 dies, 3 revives, 4 is dead throughout.
  const before = [4, 1, 7, 0, -1, 2];
  const after = [2, 3, 0, 5, -0.5, 2.5];
  const picturesBefore: [number, number][] = [[0, 1], [0, 1], [0, 1], [0, 1], [0, 1]];
  const picturesAfter: [number, number][] = [[0, 1], [8, 9], [8, 9], [8, 9], [0, 9]];
  const found = (by: RankBy, known = true) =>
    changesBetween(side(before, picturesBefore, known), side(after, picturesAfter, known), by, ([a, b]) => (a === 0 ? 0.7 : a + b === 8 ? 0.9 : Number.NaN));
  const numbers = (changes: { map: number }[]) => changes.map(({ map }) => map);

  it("tell who died and who revived", () => {
    const { of, drawn, maps: all } = found("turnover");
    expect([numbers(of["newly dead"]), numbers(of.revived), drawn, all]).toEqual([[2], [3], 5, 6]);
  });

  it("tell of every map, ranked or not", () => {
    const kinds = (by: RankBy, known = true) => found(by, known).all.map(({ map, kind }) => [map, kind]);
    const all = [[0, "alive"], [1, "not drawn"], [2, "newly dead"], [3, "revived"], [4, "dead at both"], [5, "alive"]];
    expect(kinds("turnover")).toEqual(all);
    expect(kinds("strength")).toEqual(all.map(([map, kind]) => [map, map === 1 ? "alive" : kind]));
    expect(kinds("strength", false)).toEqual(all);
    expect(numbers(found("turnover").of["not drawn"])).toEqual([1]);
    expect(numbers(found("turnover").of["dead at both"])).toEqual([4]);
  });

  it("do not take a map for dead whose activations are no finite numbers", () => {
    const diverged = (strengths: number[]) => strengths.map((strength, map) => (map === 0 || map === 3 ? -Infinity : strength));
    const gone = changesBetween(side(before, picturesBefore), side(diverged(after), picturesAfter), "strength", () => Number.NaN);
    expect([numbers(gone.of["newly dead"]), numbers(gone.of.revived), numbers(gone.of["not finite"])]).toEqual([[2], [], [0, 3]]);
    const back = changesBetween(side(diverged(before), picturesBefore), side(after, picturesAfter), "strength", () => Number.NaN);
    expect([numbers(back.of.revived), numbers(back.of["not finite"])]).toEqual([[], [0, 3]]);
    expect(back.of["not finite"].map(({ value }) => value)).toEqual([Number.NaN, Number.NaN]);
  });

  it("are said in words", () => {
    const words = (a: number, b: number) => strengthWords({ strengths: [a, b] });
    expect([words(12.1, 0), words(0, 3), words(0, -1), words(4, -Infinity), words(-Infinity, -Infinity), words(Number.NaN, Number.NaN), words(2, 2)]).toEqual([
      "12.1 → dead", "dead → 3", "dead at both", "4 → not finite", "not finite at both", "not known at both", "2 → 2",
    ]);
  });

  it("rank the maps that are alive at both by the chosen measure", () => {
    const turned = found("turnover");
    expect([numbers(turned.of.alive), turned.medians.turnover]).toEqual([[5, 0], 0.25]);
    expect(numbers(found("projections").of.alive)).toEqual([5, 0]);
    const strength = found("strength");
    expect(numbers(strength.of.alive)).toEqual([1, 0, 5]);
    expect(strength.of.alive.map(({ value }) => value)).toEqual([3, 0.5, 1.25]);
  });

  it("go by the drawn maps alone where the strengths of all are not logged", () => {
    const { of } = found("strength", false);
    expect([numbers(of["newly dead"]), numbers(of.alive)]).toEqual([[2], [0, 5]]);
  });

  it("put what is not known last, and count it", () => {
    const unsure = changesBetween(side(before, picturesBefore), side(after, picturesAfter), "projections", ([a]) => (a === 0 ? Number.NaN : 0));
    expect([numbers(unsure.of.alive), unsure.unknown]).toEqual([[5, 0], 1]);
  });
});
