import { describe, expect, it } from "vitest";
import { plan } from "../src/data/plan";
import { TopNumbers, type Strengths, hasJumped, parseStrengths, probeFacts, stateOf, topFacts, windowOf } from "../src/data/top";
import { layoutCells, cellAt } from "../src/lib/cellLayout";
import { drawnSize, patchOf, tileInMap, tileInOverview } from "../src/lib/mosaic";
import { changeWords, ruleWords, searchedWords } from "../src/views/featureWords";
import { logSpaced } from "../src/views/stripSteps";
import { series } from "./make";

const COLUMNS = ["value", "image", "row", "col", "top", "left", "scale"];
const FACTS = {
  layer: "conv", maps: [3, 7], of: 9, k: 2, columns: COLUMNS, rule: "deconvnet", extended: [], refused: null,
  window: [5, 7], block: 1, tile: [5, 7], tiles_across: 2, overview_tile: [2, 3], overview_across: 2, display: "",
};

const bytes = (values: number[]): Uint8Array => new Uint8Array(new Float32Array(values).buffer);
const NUMBERS = bytes([
  4, 11, 1, 2, -1, 0, 0.5, 3, 12, 1, 2, 3, 4, 0.5,
  0, 13, 0, 0, 0, 0, 0, -Infinity, -1, -1, -1, 0, 0, 0,
]);

describe("records of features", () => {
  it("reads the activations, and tells dead maps and slots without a picture", () => {
    const numbers = new TopNumbers(topFacts(FACTS, "top"), NUMBERS);
    expect(numbers.at(0, 1)).toEqual({ value: 3, image: 12, row: 1, col: 2, top: 3, left: 4, scale: 0.5 });
    expect([numbers.state(0), numbers.state(1)]).toEqual(["alive", "dead"]);
    expect([4, 0, -1, -Infinity, Number.NaN].map(stateOf)).toEqual(["alive", "dead", "dead", "not finite", "not finite"]);
    expect(numbers.at(1, 1).image).toBe(-1);
  });

  it("refuses what does not fit", () => {
    const facts = topFacts(FACTS, "top");
    expect(() => new TopNumbers(facts, NUMBERS.slice(4))).toThrow("expected 112 bytes, received 108");
    expect(() => new TopNumbers({ ...facts, columns: COLUMNS.map((name) => `${name}_`) }, NUMBERS)).toThrow("no column value");
    expect(() => topFacts({ ...FACTS, k: 0 }, "top")).toThrow("top.k");
    expect(() => topFacts({ ...FACTS, tile: [5] }, "top")).toThrow("top.tile");
  });

  it("has no windows where the rule was refused: the whole picture stands for the patch", () => {
    const { window: _, ...rest } = FACTS;
    const facts = topFacts({ ...rest, refused: "tanh in act" }, "top");
    expect(facts.tiles).toBeNull();
    const entry = new TopNumbers(facts, NUMBERS).at(0, 0);
    expect(windowOf(facts, entry, [30, 40])).toEqual({ left: 0, top: 0, width: 40, height: 30 });
  });

  it("marks a jump where the strongest picture is another one, but not of maps that are dead", () => {
    const maps = (value: number[], image: number[]): Strengths =>
      ({ value: new Float32Array(value), deadShare: new Float32Array(3), image: new Int32Array(image), change: new Float32Array(3) });
    const before = maps([1, 1, 0], [5, 6, 7]);
    const now = maps([2, 2, 1], [5, 9, 8]);
    expect([0, 1, 2].map((map) => hasJumped(before, now, map))).toEqual([false, true, false]);
    expect(hasJumped(null, now, 1)).toBe(false);
  });

  it("reads the strengths by what the manifest says of them", () => {
    const info = (dtype: string) => ({ size: 8, shape: [2], dtype, crc32: null });
    const infos = [info("float32"), info("float32"), info("int32")];
    const images = new Uint8Array(new Int32Array([4, 5]).buffer);
    expect(parseStrengths(infos, [bytes([1, 2]), bytes([0, 1]), images]).image).toEqual(new Int32Array([4, 5]));
    expect(() => parseStrengths(infos, [bytes([1]), bytes([0, 1]), images])).toThrow("expected 8 bytes");
    expect(() => parseStrengths(infos.reverse(), [bytes([1, 2]), bytes([0, 1]), images])).toThrow("float32");
  });
});

describe("tiles", () => {
  it("lie row by row in the picture of a map", () => {
    expect(tileInMap(4, { tile: [5, 7], across: 3 })).toEqual({ left: 7, top: 5, width: 7, height: 5 });
  });

  it("lie in the overview in the mosaic of their map", () => {
    // 9 tiles of 2 x 3 in a mosaic of 6 x 9; map 5 of 4 across is the second of the second row.
    expect(tileInOverview(5, 8, 9, { tile: [2, 3], across: 3 }, 4)).toEqual({ left: 9 + 6, top: 6 + 4, width: 3, height: 2 });
    // Seven tiles, three across, fill three rows as well.
    expect(tileInOverview(4, 0, 7, { tile: [2, 3], across: 3 }, 4).top).toBe(6);
  });

  it("are enlarged by whole numbers where they are small", () => {
    expect(drawnSize([9, 6], 28)).toEqual([27, 18]);
    expect(drawnSize([39, 39], 28)).toEqual([28, 28]);
    expect(drawnSize([1, 1], 0)).toEqual([1, 1]);
  });

  it("stand in cells that fit the room", () => {
    const layout = layoutCells({ tile: [9, 9], k: 9, across: 3, mosaics: 2, maps: 5 }, 400, 28, 1);
    expect(layout.columns).toBe(2);
    expect(layout.width).toBeLessThanOrEqual(400);
    expect(cellAt(layout, 3)).toEqual([layout.cellWidth + layout.spacing, layout.cellHeight + 10]);
  });
});

describe("patches", () => {
  const window = (left: number, top: number) => ({ left, top, width: 4, height: 4 });

  it("inside the picture fill the tile", () => {
    expect(patchOf(window(2, 3), [4, 4], [10, 10])).toEqual({
      source: { left: 2, top: 3, width: 4, height: 4 },
      target: { left: 0, top: 0, width: 1, height: 1 },
    });
  });

  it("over the edges leave room for what lies outside", () => {
    expect(patchOf(window(-1, -3), [4, 4], [10, 10])).toEqual({
      source: { left: 0, top: 0, width: 3, height: 1 },
      target: { left: 0.25, top: 0.75, width: 0.75, height: 0.25 },
    });
    expect(patchOf(window(8, 9), [4, 4], [10, 10])).toEqual({
      source: { left: 8, top: 9, width: 2, height: 1 },
      target: { left: 0, top: 0, width: 0.5, height: 0.25 },
    });
  });

  it("leave room where blocks of pixels reach over the window", () => {
    expect(patchOf(window(0, 0), [6, 6], [10, 10]).target.width).toBeCloseTo(4 / 6);
  });

  it("of a window outside the picture are empty", () => {
    expect(patchOf(window(12, 0), [4, 4], [10, 10]).source).toBeNull();
  });
});

describe("requests", () => {
  it("spread a long list of indices over several, each below the limit", () => {
    const indices = Array.from({ length: 2_000 }, (_, at) => at + 1);
    const requests = plan([{ series: series([0]), positions: [0], indices, bytesPerStep: 1_000 }]);
    expect(requests.length).toBeGreaterThan(1);
    expect(Math.max(...requests.map(({ want }) => want.length))).toBeLessThanOrEqual(4_000);
    expect(requests.flatMap(({ wants }) => wants.flatMap((want) => want.indices))).toEqual(indices);
  });
});

describe("words and epochs", () => {
  it("name the rule and what it was extended to", () => {
    const facts = topFacts({ ...FACTS, extended: ["act1: silu", "act2: silu", "out: gelu"] }, "top");
    expect(ruleWords(facts)).toBe("deconvnet; extended to silu in act1 and act2 and gelu in out");
  });

  it("say what changed, and nothing where nothing is known", () => {
    const facts = { jumps: 3, alive: 60, weightChange: 0.013, projectionChange: 0.2, comparable: 41 };
    const before = "Change since the previous log: weights 0.013, projections 0.2 (over 41 comparable maps)";
    expect(changeWords(facts, 64)).toBe(`${before}, 3 of 60 live maps jumped.`);
    // As logs counted that do not say how many were alive.
    expect(changeWords({ ...facts, alive: null }, 64)).toBe(`${before}, 3 of 64 maps jumped, died or revived.`);
    expect(changeWords({ jumps: null, alive: null, weightChange: null, projectionChange: null, comparable: 0 }, 64)).toBeNull();
  });

  it("says among how many pictures the strongest were looked for", () => {
    const facts = { count: 20, size: [8, 8], display: "0 is black" };
    const few = "Strongest of 20 probe pictures, drawn so that 0 is black. ";
    expect(searchedWords(probeFacts(facts, "probe"))).toBe(few);
    expect(searchedWords(probeFacts({ ...facts, searched: 20 }, "probe"))).toBe(few);
    const many = searchedWords(probeFacts({ ...facts, searched: 1_281_167 }, "probe"));
    expect(many).toBe("Strongest of 1,281,167 pictures, of which the log has 20, drawn so that 0 is black. ");
  });

  it("choose fewer and fewer epochs, and both ends", () => {
    expect(logSpaced(Array.from({ length: 65 }, (_, at) => at))).toEqual([0, 1, 2, 5, 10, 20, 50, 64]);
    expect(logSpaced([])).toEqual([]);
    expect(logSpaced([3])).toEqual([3]);
  });
});
