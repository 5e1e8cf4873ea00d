import { describe, expect, it } from "vitest";
import { blockAt, layoutGrid, paintGrid } from "../src/lib/gridLayout";

const tile = { height: 9, width: 9, filters: 32, perFilter: 1 };

describe("layoutGrid", () => {
  it("fits the room at the largest whole scale that leaves no ragged row", () => {
    const grid = layoutGrid(tile, { width: 550, height: 400 }, 96, 1);
    expect(grid.columns * grid.rows).toBe(32);
    expect(grid.width).toBeLessThanOrEqual(550);
    expect(grid.height).toBeLessThanOrEqual(400);
    expect(Number.isInteger(grid.scale)).toBe(true);
    expect(grid.scale).toBe(7);
  });

  it("does not enlarge beyond the limit", () => {
    expect(layoutGrid({ ...tile, filters: 1 }, { width: 4000, height: 4000 }, 90, 1).scale).toBe(10);
  });

  it("puts few channels in a row and many in a square", () => {
    expect(layoutGrid({ ...tile, perFilter: 3 }, { width: 900, height: 900 }, 96, 1).blockColumns).toBe(3);
    const many = layoutGrid({ ...tile, perFilter: 64 }, { width: 900, height: 9000 }, 96, 1);
    expect([many.blockColumns, many.blockRows]).toEqual([8, 8]);
  });

  it("still shows every filter where none fits", () => {
    const grid = layoutGrid({ ...tile, filters: 4096 }, { width: 300, height: 100 }, 96, 1);
    expect(grid.scale).toBe(1);
    expect(grid.columns * grid.rows).toBeGreaterThanOrEqual(4096);
  });
});

describe("paintGrid", () => {
  it("turns each weight into a square and leaves the gaps alone", () => {
    const small = { height: 1, width: 2, filters: 2, perFilter: 1, pixels: new Uint32Array([1, 2, 3, 4]) };
    const grid = layoutGrid(small, { width: 11, height: 2 }, 4, 1);
    const out = new Uint32Array(grid.width * grid.height);
    paintGrid(grid, small, out);
    expect(grid.scale).toBe(2);
    const line = [1, 1, 2, 2, 0, 0, 0, 3, 3, 4, 4];
    expect([...out]).toEqual([...line, ...line]);
    expect(blockAt(grid, 1)).toEqual([7, 0]);
  });
});
