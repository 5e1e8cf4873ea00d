import { describe, expect, it } from "vitest";
import { byteOf, displayOf, filterMaxima, tilesOf } from "../src/lib/kernel";
import { facts, kernel } from "./make";

const rgb = (pixel: number | undefined) => [(pixel ?? 0) & 255, ((pixel ?? 0) >> 8) & 255, ((pixel ?? 0) >> 16) & 255];

/** Colour of the only weight of a 1x1 kernel with these channels. */
function colourOf(channels: number[], changes = {}, m = 1): number[] {
  const one = kernel([1, 1, 3, 1], (_r, _c, channel) => channels[channel] ?? 0);
  return rgb(tilesOf(one, displayOf(facts(changes), 3, true), [m]).pixels[0]);
}

describe("colours of weights", () => {
  it.each([
    ["zero is mid-grey", [0, 0, 0], [128, 128, 128]],
    ["all equal is grey", [0.5, 0.5, 0.5], [191, 191, 191]],
    ["the largest is white", [1, 1, 1], [255, 255, 255]],
    ["the most negative is black", [-1, -1, -1], [0, 0, 0]],
    ["red alone is red", [1, 0, 0], [255, 128, 128]],
  ])("%s", (_, weights, expected) => {
    expect(colourOf(weights)).toEqual(expected);
  });

  it("undoes BGR", () => {
    expect(colourOf([0, 0, 1], { channelOrder: "BGR" })).toEqual([255, 128, 128]);
  });

  it("undoes a scale per channel", () => {
    expect(colourOf([2, 0, 0], { channelScale: [2, 1, 1] })).toEqual([255, 128, 128]);
    expect(colourOf([0, 0, 2], { channelScale: [1, 1, 2], channelOrder: "BGR" })).toEqual([255, 128, 128]);
  });

  it("takes the scale in the order of the network's channels, which is blue, green, red for BGR", () => {
    const facts = { channelScale: [2, 4, 8], channelOrder: "BGR" };
    // On the picture: blue 1 / 2, green -2 / 4, red 8 / 8.
    expect(colourOf([1, -2, 8], facts)).toEqual([255, 64, 191]);
    const one = kernel([1, 1, 3, 1], (_r, _c, channel) => [1, -2, 8][channel] ?? 0);
    expect([...filterMaxima(one, [2, 4, 8])]).toEqual([1]);
  });

  it("marks what is not finite and clips what is beyond the scale", () => {
    expect(colourOf([Number.NaN, 0, 0])).toEqual([224, 0, 160]);
    expect(byteOf(7, 1)).toBe(255);
    expect(byteOf(0, 0)).toBe(128);
  });
});

describe("tiles", () => {
  it("are grey, one per channel, where the kernel does not see the picture", () => {
    const deep = kernel([2, 2, 3, 2], (row, _c, channel, filter) => (row + channel + filter) / 4);
    const tiles = tilesOf(deep, displayOf(facts({ seesImage: false }), 3, true), [1, 1]);
    expect(tiles).toMatchObject({ filters: 2, perFilter: 3, height: 2, width: 2 });
    // Filter 1, channel 2, row 1: weight 1.
    expect(rgb(tiles.pixels[(1 * 3 + 2) * 4 + 2])).toEqual([255, 255, 255]);
  });

  it("stand in the order red, green, blue also where they are shown apart", () => {
    const one = kernel([1, 1, 3, 1], (_r, _c, channel) => (channel === 2 ? 1 : 0));
    const tiles = tilesOf(one, displayOf(facts({ channelOrder: "BGR" }), 3, false), [1]);
    expect([...tiles.pixels].map((pixel) => rgb(pixel)[0])).toEqual([255, 128, 128]);
  });

  it("can be had of some filters only", () => {
    const two = kernel([1, 1, 1, 2], (_r, _c, _ch, filter) => filter);
    const tiles = tilesOf(two, displayOf(facts(), 1, true), [1, 1], [1]);
    expect([...tiles.pixels].map((pixel) => rgb(pixel)[0])).toEqual([255]);
  });
});

describe("filterMaxima", () => {
  it("takes the largest finite magnitude of each filter", () => {
    const values = [[0.5, -2], [Number.NaN, Infinity]];
    const two = kernel([1, 2, 1, 2], (_r, column, _ch, filter) => values[column]?.[filter] ?? 0);
    expect([...filterMaxima(two, null)]).toEqual([0.5, 2]);
  });

  it("measures weights as they act on the picture", () => {
    const one = kernel([1, 1, 3, 1], () => 3);
    expect([...filterMaxima(one, [1, 2, 3])]).toEqual([3]);
  });
});
