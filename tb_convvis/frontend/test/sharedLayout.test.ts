import { describe, expect, it } from "vitest";
import { type CellShape, cellAt } from "../src/lib/cellLayout";
import { layoutTogether } from "../src/lib/sharedLayout";

const shape = (side: number, maps = 32, mosaics: 1 | 2 = 2): CellShape => ({ tile: [side, side], k: 9, across: 3, mosaics, maps });
const places = (layouts: ReturnType<typeof layoutTogether>, maps: number) =>
  layouts.map((layout) => Array.from({ length: maps }, (_, map) => cellAt(layout, map)));

describe("grids side by side", () => {
  const pairs = [[9, 11], [5, 23], [28, 9], [49, 5]] as const;

  it.each([1, 2])("have each map at the same place, whatever the width, at %i device pixels", (dpr) => {
    for (const [one, other] of pairs)
      for (let width = 240; width < 3_600; width += 97) {
        const room = { width: width * dpr, height: 900 * dpr };
        const layouts = layoutTogether([shape(one), shape(other)], room, dpr);
        const [first, second] = places(layouts, 32);
        expect(first).toEqual(second);
        expect(Math.max(...layouts.map((layout) => layout.width))).toBeLessThanOrEqual(room.width);
        for (const { spacing, pitch, cellHeight } of layouts) {
          expect(spacing).toBeGreaterThanOrEqual(10 * dpr);
          expect(pitch).toBeGreaterThanOrEqual(cellHeight + 10 * dpr);
        }
      }
  });

  it("are as one by itself where the tiles are alike", () => {
    const room = { width: 800, height: 700 };
    const [alone] = layoutTogether([shape(9)], room, 1);
    expect(layoutTogether([shape(9), shape(9)], room, 1)).toEqual([alone, alone]);
  });

  it("have larger tiles where all of them stay in sight, and no smaller ones where they do not", () => {
    const tile = (width: number, height: number, maps: number) => layoutTogether([shape(1, maps)], { width, height }, 1)[0]?.tileHeight ?? 0;
    expect(tile(1_750, 1_830, 32)).toBeGreaterThan(45);
    expect(tile(640, 670, 64)).toBeGreaterThanOrEqual(24);
    expect(tile(640, 670, 64)).toBeLessThanOrEqual(38);
    expect(tile(1_750, 1_830, 32)).toBeGreaterThan(tile(1_750, 700, 32));
  });

  it("stand in one column where there is no room for more, even if that is too narrow", () => {
    for (const layout of layoutTogether([shape(40), shape(64)], { width: 30, height: 500 }, 1)) expect(layout.columns).toBe(1);
  });
});
