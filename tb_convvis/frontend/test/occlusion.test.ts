import { describe, expect, it } from "vitest";
import { type Manifest } from "../src/data/manifest";
import { OcclusionRecord } from "../src/data/occlusion";
import { colourer, diverging, pixelOf, raster, sequential } from "../src/lib/heatmap";
import { frameOf, nearestPosition, spansOf } from "../src/lib/positions";
import { activationShares, classesAt, positionOf, reachOf, shareScale } from "../src/views/occlusion";
import { geometryWords, missingWords, percentOf, positionWords } from "../src/views/occlusionWords";

const FACTS = {
  layer: "conv", images: [4, 9], labels: [1, 0], labelled: true, classes: 3,
  rows: [0, 2, 3], cols: [0, 4], size: [2, 3], stride: [2, 4], value: [0.5, 0.5], colour: [128, 128, 128],
  unoccluded_probability: [0.9, null], unoccluded_class: [1, 0], unoccluded_activation: [20, 0], strongest_map: [7, 8],
  scores: "a softmax", way: "plain", reason: "small", k: 2, columns: ["value", "image", "top", "left"],
  rule: "deconvnet", extended: [], refused: null, window: [3, 4], block: 1, tile: [3, 4], display: "",
};
const PROBABILITY = [0.9, 0.8, 0.3, 0.7, Number.NaN, 0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
const CLASSES = [1, 1, 2, 1, 0, 7, 0, 0, 0, 0, 0, 0];
const ACTIVATION = [20, 10, 5, 0, -1, Number.NaN, 0, 0, 0, 0, 0, 0];

const floats = (values: number[]) => new Uint8Array(new Float32Array(values).buffer);
const BLOBS = [floats(PROBABILITY), new Uint8Array(new Int32Array(CLASSES).buffer), floats(ACTIVATION), floats(Array(16).fill(1))];

function manifest(facts: object = {}, shape: number[] = [2, 3, 2]): Manifest {
  const info = (dtype: string) => ({ size: 48, shape, dtype, crc32: null });
  return { kind: "occlusion", logged: 1, blobs: [info("float32"), info("int32"), info("float32"), info("float32")], facts: { ...FACTS, ...facts } };
}

describe("an occlusion record", () => {
  it("has each picture's grids, and facts that are not finite as NaN", () => {
    const record = new OcclusionRecord(manifest(), BLOBS);
    expect([...record.grids(0).topClass]).toEqual([1, 1, 2, 1, 0, 7]);
    expect(record.grids(1).probability[0]).toBe(0.5);
    expect(record.facts.probability).toEqual([0.9, Number.NaN]);
    expect(record.numbers.at(1, 1).image).toBe(1);
    expect(frameOf(record.facts)).toEqual([5, 7]);
  });

  it("is refused where its shape, dtype, bytes or lists do not fit", () => {
    const read = (facts: object, blobs = BLOBS, shape?: number[]) => () => new OcclusionRecord(manifest(facts, shape), blobs);
    expect(read({}, [floats([1]), ...BLOBS.slice(1)])).toThrow("grid 1");
    expect(read({}, BLOBS, [2, 2, 3])).toThrow("expected float32 [2,3,2]");
    expect(read({}, [BLOBS[0]!, floats([1])])).toThrow("grid 2");
    expect(read({}, BLOBS.slice(0, 3))).toThrow("activations");
    expect(read({ rows: Array.from({ length: 1e5 }, (_, row) => row), images: [1, 2] })).toThrow("grid 1");
    expect(read({ rows: [0, 2, 2] })).toThrow("ascending");
    expect(read({ rows: [] })).toThrow("ascending");
    expect(read({ labels: [1] })).toThrow("each of the 2 pictures");
    expect(read({ size: [2] })).toThrow("manifest.size");
    expect(read({ way: "guess" })).toThrow("manifest.way");
  });

  it("has no tiles where the rule was refused", () => {
    expect(new OcclusionRecord(manifest({ refused: "tanh", window: null, tile: null }), BLOBS).facts.tiles).toBeNull();
  });

  it("tells classes that are not there, and those without a probability, as missing", () => {
    const record = new OcclusionRecord(manifest(), BLOBS);
    expect([...classesAt({ facts: record.facts, grids: record.grids(0) })]).toEqual([1, 1, 2, 1, Number.NaN, Number.NaN]);
    expect(reachOf(record, 0).classes).toEqual(new Map([[1, 3], [2, 1]]));
  });

  it("reaches as far as its values that are finite", () => {
    const { shares, loss } = reachOf(new OcclusionRecord(manifest(), BLOBS), 0);
    expect([...shares]).toEqual([1, 0.5, 0.25, 0, -0.05]);
    expect(loss).toBeCloseTo(0.6);
  });

  it("has a scale of shares that few positions do not stretch, with 100 % on it", () => {
    const ends = (...shares: number[][]) => {
      const { low, high } = shareScale(shares.map((some) => Float64Array.from(some)));
      return [low, high];
    };
    const most = Array.from({ length: 99 }, (_, at) => 0.95 + 0.0005 * at);
    expect(ends([0.1, ...most])).toEqual([0.95, 1]);
    expect(ends([0.9, 1.2], [0.97])).toEqual([0.9, 1.2]);
    expect(ends([0.9999])).toEqual([0.99, 1]);
    expect(ends()).toEqual([0.99, 1]);
  });

  it("has no shares where there is no total to divide by, and says why", () => {
    const record = new OcclusionRecord(manifest({ unoccluded_probability: [0.9, 0.5] }), BLOBS);
    expect([...activationShares(record, 0)]).toEqual([1, 0.5, 0.25, 0, -0.05, Number.NaN]);
    expect(new Set(activationShares(record, 1))).toEqual(new Set([Number.NaN]));
    expect(reachOf(record, 1).shares).toHaveLength(0);
    expect(missingWords(record, 0)).toBe("striped: 1 position missing");
    expect(missingWords(record, 1)).toContain("the map is silent");
    expect(missingWords(new OcclusionRecord(manifest(), BLOBS), 1)).toContain("output is not a number");
    const whole = positionWords(new OcclusionRecord(manifest({ unoccluded_probability: [null, null] }), BLOBS), 0, [0, 0], null);
    expect(whole.class).toEqual(["class 1", "without: missing"]);
  });

  it("tells the ends of a narrow scale apart", () => {
    expect([0.945, 1].map(percentOf({ low: 0.945, high: 1, colour: String }))).toEqual(["94.5\u2009%", "100.0\u2009%"]);
    expect([0.3, 1.2].map(percentOf({ low: 0.3, high: 1.2, colour: String }))).toEqual(["30\u2009%", "120\u2009%"]);
  });

  it("puts the occluder where the probability is the lowest until a place is pointed at", () => {
    const record = new OcclusionRecord(manifest(), BLOBS);
    expect(positionOf(record, 0, null)).toEqual([1, 0]);
    expect(positionOf(record, 0, [0, 1])).toEqual([0, 1]);
    expect(positionOf(record, 0, [1, 0])).toEqual([2, 0]);
  });

  it("is said in words", () => {
    const record = new OcclusionRecord(manifest(), BLOBS);
    expect(geometryWords(record.facts)).toBe("occluder 2×3, stride 2 down, 4 across, 6 positions (3 down, 2 across), value 0.5");
    expect(positionWords(record, 0, [1, 0], null)).toEqual({
      where: "row 2, column 0",
      probability: ["0.3", "of 0.9"], drop: ["0.6", ""], class: ["class 2", "without: class 1"], activation: ["5", "of 20, 25\u2009%"],
    });
    expect(positionWords(record, 0, [2, 0], null).class).toEqual(["missing", "without: class 1"]);
    expect(positionWords(record, 0, [2, 1], null).activation[0]).toBe("missing");
  });
});

describe("positions", () => {
  it("are found by the nearest centre", () => {
    // Centres at 2.5, 4.5, 6.5, 7.5.
    const at = (place: number) => nearestPosition([0, 2, 4, 5], 5, place);
    expect([0, 2.5, 3.4, 3.6, 7.1, 99].map(at)).toEqual([0, 0, 0, 1, 3, 3]);
  });

  it("at the centre cover half the way to the next centre, and leave the margin clear", () => {
    // Centres at 2.5, 4.5, 6.5, 7.5: cells from 1.5 meet at 3.5, 5.5 and 7, up to 8. On a border the earlier one counts.
    const { from, to } = spansOf([0, 2, 4, 5], 5, 10, 10, false);
    expect([...from].map((first, pixel) => (to[pixel] === first ? -1 : first))).toEqual([-1, 0, 0, 0, 1, 1, 2, 3, -1, -1]);
  });

  it("averaged are all those that cover the pixel", () => {
    const edges = [0, 2, 4, 5];
    const { from, to } = spansOf(edges, 5, 10, 10, true);
    for (let pixel = 0; pixel < 10; pixel++) {
      const covering = edges.flatMap((edge, at) => (edge <= pixel && pixel < edge + 5 ? [at] : []));
      expect([...edges.keys()].slice(from[pixel], to[pixel])).toEqual(covering);
    }
  });

  it("of an occluder as large as the picture is one", () => {
    const { from, to } = spansOf([0], 6, 6, 3, false);
    expect([[...from], [...to]]).toEqual([[0, 0, 0], [1, 1, 1]]);
  });
});

describe("heat", () => {
  const identity = (value: number) => value;

  it("is the mean over the positions that cover a pixel, of those that are finite", () => {
    const [rows, cols, size, frame] = [[0, 2, 3], [0, 1, 4], [3, 2], [6, 6]] as const;
    const values = [1, 2, 3, 4, Number.NaN, 6, 7, 8, 9];
    const pixels = raster(
      values,
      spansOf(rows, size[0], frame[0], frame[0], true),
      spansOf(cols, size[1], frame[1], frame[1], true),
      cols.length,
      (value) => Math.round(1000 * value),
    );
    for (let y = 0; y < frame[0]; y++)
      for (let x = 0; x < frame[1]; x++) {
        const covering = rows.flatMap((top, i) =>
          cols.flatMap((left, j) => (top <= y && y < top + size[0] && left <= x && x < left + size[1] ? [values[3 * i + j] as number] : [])),
        ).filter(Number.isFinite);
        if (covering.length > 0) expect(pixels[y * frame[1] + x]).toBe(Math.round((1000 * covering.reduce((a, b) => a + b, 0)) / covering.length));
        else expect([0, pixelOf("#808080")]).toContain(pixels[y * frame[1] + x]);
      }
  });

  it("stripes what is missing, and leaves clear what has no position", () => {
    const cell = { from: new Int32Array(12), to: new Int32Array(12).fill(1) };
    const missing = raster([Number.NaN], cell, cell, 1, identity);
    expect(new Set(missing)).toEqual(new Set([0, pixelOf("#808080")]));
    const none = { from: new Int32Array(2), to: new Int32Array(2) };
    expect([...raster([5], cell, none, 1, identity)]).toEqual(Array(24).fill(0));
  });

  it("is low in blue, high in yellow; a loss in blue around white", () => {
    const parts = (pixel: number) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255] as const;
    const low = parts(colourer(sequential(0, 2))(-1));
    const high = parts(colourer(sequential(0, 2))(2));
    expect(low[2]).toBeGreaterThan(low[0] + 50);
    expect(high[0]).toBeGreaterThan(high[2] + 100);
    const loss = colourer(diverging(0));
    expect(Math.min(...parts(loss(0)))).toBeGreaterThan(235);
    expect(parts(loss(1))[2]).toBeGreaterThan(parts(loss(1))[0] + 50);
    expect(pixelOf("rgb(1, 2, 3)")).toBe(pixelOf("#010203"));
  });
});
