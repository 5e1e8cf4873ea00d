import { describe, expect, it } from "vitest";
import { filterWeights } from "../src/lib/kernel";
import { passes, readFilter } from "../src/lib/mapFilter";
import { readPins, togglePin, writePins } from "../src/lib/pins";
import { ranked } from "../src/lib/ranking";
import { kernel } from "./make";

describe("ranked", () => {
  it("puts the most first, what is not known last, and equals by their number", () => {
    const worth = [2, Number.NaN, 7, 2, -Infinity, Infinity, Infinity, 0, Number.NaN];
    expect(ranked([0, 1, 2, 3, 5, 6, 7, 8], (item) => worth[item] ?? 0)).toEqual([5, 6, 2, 0, 3, 7, 1, 8]);
    expect(ranked([8, 3, 5], () => 1)).toEqual([3, 5, 8]);
  });
});

describe("what is typed to find maps", () => {
  const found = (text: string, names: (string | null)[] = []) => {
    const { accepts, error } = readFilter(text);
    expect(error).toBeNull();
    return Array.from({ length: 30 }, (_, map) => map).filter((map) => accepts(map, names[map] ?? null));
  };

  it.each([
    ["12", [12]],
    ["3-6", [3, 4, 5, 6]],
    ["6 - 3", [3, 4, 5, 6]],
    ["1,5, 7", [1, 5, 7]],
    ["1,28-40", [1, 28, 29]],
    ["3-", [3]],
    ["99", []],
  ])("as numbers: %s", (text, maps) => expect(found(text)).toEqual(maps));

  it("lets all through where it is empty", () => expect(found("  ,")).toHaveLength(30));

  it("as a regular expression over numbers and class names", () => {
    const names = ["Cat", "dog", null, "a cat", "DOGE"];
    expect(found("cat|^dog$", names)).toEqual([0, 1, 3]);
    expect(found("^2\\d$")).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    expect(found("(?:c|d)[ao]+\\w?", names)).toEqual([0, 1, 3, 4]);
  });

  it("anywhere in a class name, however long, but in its beginning by patterns that may take long", () => {
    const long = `${"North American ".repeat(3)}Black Bear (Ursus)`;
    const names = [long, "bear", null];
    expect(found("black bear", names)).toEqual([0]);
    expect(found("cat|BEAR", names)).toEqual([0, 1]);
    expect(found("^bea[rs]$", names)).toEqual([1]);
    expect(found("Ursus\\)$", names)).toEqual([0]);
    expect(found("bea+r", names)).toEqual([1]);
    expect(found("(black|grey) bear", names)).toEqual([]);
    const longest = "b".repeat(200);
    expect(found(longest, [longest])).toEqual([0]);
  });

  it.each([
    ["[", "unterminated"],
    ["(a", "unterminated"],
    ["*", "nothing to repeat"],
    ["(a+)+$", "repeated groups"],
    ["(a|a)*b", "repeated groups"],
    ["(a)\\1", "references"],
    ["a?a?a?a?a?aaaaa", "more than 4"],
    ["(a|a)(a|a)(a|a)(a|a)(a|a)", "more than 4"],
    [`${"a".repeat(121)}.`, "too long"],
  ])("says what is wrong with %s, and lets all through", (text, words) => {
    const { accepts, error } = readFilter(text);
    expect(error).toContain(words);
    expect(accepts(3, null)).toBe(true);
  });

  it("ends soon with the worst that it takes", () => {
    const started = performance.now();
    const { accepts, error } = readFilter("a*a*a*a*b");
    expect(error).toBeNull();
    for (let map = 0; map < 64; map++) expect(accepts(map, "a".repeat(100) + map)).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("what filters the maps", () => {
  const wanted = (state: "dead" | "alive" | null, className: string, text: string) => ({ state, className, find: readFilter(text) });
  const cat = { state: "alive", className: "cat" };

  it.each([
    [cat, wanted(null, "", ""), true],
    [cat, wanted("alive", "cat", "ca"), true],
    [cat, wanted("dead", "cat", ""), false],
    [cat, wanted(null, "dog", ""), false],
    [cat, wanted(null, "", "^d"), false],
    [{ state: "dead", className: null }, wanted("dead", "", ""), true],
    [{ state: "dead", className: null }, wanted(null, "cat", ""), false],
  ])("decides by what is known", (known, filter, answer) => expect(passes(7, known, filter)).toBe(answer));

  it("leaves open what is not known, but not what is", () => {
    const unnamed = { state: "alive", className: undefined };
    expect([null, unnamed].map((known) => passes(7, known, wanted(null, "cat", "")))).toEqual([null, null]);
    expect([null, unnamed].map((known) => passes(7, known, wanted("alive", "", "")))).toEqual([null, true]);
    expect([null, unnamed].map((known) => passes(7, known, wanted("dead", "cat", "")))).toEqual([null, false]);
    expect(["dog", "7", "^7$", "8", "3-7"].map((text) => passes(7, unnamed, wanted(null, "", text)))).toEqual([null, true, true, false, true]);
  });
});

describe("pins", () => {
  it("are written short and read again, whatever the layers are called", () => {
    const pins = togglePin(togglePin(togglePin(new Map(), "conv1", 17), "conv1", 3), "a(3)%28/b c", 0);
    expect(writePins(togglePin(pins, "a(3)%28/b c", 0))).toBe("conv1(3.17)");
    expect(readPins(writePins(pins))).toEqual(pins);
  });

  it("leave out what does not fit", () => {
    expect([...readPins("conv1(x)conv2(4.4.1)(7)conv3(99999999999)conv4(1")]).toEqual([["conv2", [1, 4]], ["", [7]]]);
  });
});

describe("the weights of a filter", () => {
  it("are all of its own, as they act on the picture, without what is not finite", () => {
    const one = kernel([2, 1, 2, 3], (row, _, channel, filter) => (row === 1 && channel === 1 ? Number.NaN : 100 * row + 10 * channel + filter));
    expect(filterWeights(one, null, 2)).toEqual([2, 12, 102]);
    expect(filterWeights(one, [2, 4], 2)).toEqual([1, 3, 51]);
  });
});
