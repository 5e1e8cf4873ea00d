// @vitest-environment happy-dom
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cell, comment, toCsv } from "../src/export/csv";
import { type Figure, box, captionOf, clip, hatched, isExact, paperSheet, wrap } from "../src/export/figure";
import { chunk, crc32, textChunk, withText } from "../src/export/png";
import { leftOut, ranges, timeWords, together } from "../src/export/provenance";
import { fits } from "../src/export/raster";
import { fileName } from "../src/export/save";
import { escapeXml, toSvg } from "../src/export/svg";

const HOSTILE = "<img src=x onerror=\"alert('ran')\">&\u0000\ud800";

function figure(changes: Partial<Figure> = {}): Figure {
  return { ...paperSheet(3.25), height: 300, items: [], title: HOSTILE, facts: [["run", HOSTILE], ["epoch", "3"]], name: [], ...changes };
}

describe("what is told of several runs", () => {
  it("says once what they have in common, and all else in their order", () => {
    const facts = (run: string, epoch: string) => [["run", run], ["epoch", epoch], ["layer", "conv1"]] as const;
    expect(together([facts("a", "3"), facts("b", "3"), facts("c", "2")])).toEqual([["run", "a | b | c"], ["epoch", "3 | 3 | 2"], ["layer", "conv1"]]);
    expect(together([facts("a", "3")])).toEqual(facts("a", "3"));
    const alone = [["run", "b"], ["damaged", "conv1"], ["damaged", "conv2"], ["logged", "today"]] as const;
    expect(together([[["run", "a"], ["logged", "today"]], alone])).toEqual([["run", "a | b"], ["damaged", "none | conv1; conv2"], ["logged", "today"]]);
    expect(together([])).toEqual([]);
  });
});

describe("what a file lacks", () => {
  it("is named with its epochs, and nothing is said where it lacks none", () => {
    expect(leftOut([5, 6, 2], 7)).toEqual([["left out", "3 of 7 epochs (damaged): 2, 5-6"]]);
    expect(leftOut([], 7)).toEqual([]);
  });
});

describe("hatching", () => {
  const ends = (crossed: boolean) => {
    const [lines] = hatched({ left: 7, top: 9, width: 60, height: 30 }, "#808080", crossed);
    const d = lines?.kind === "path" ? lines.d : "";
    return [...d.matchAll(/M([-\d.]+) ([-\d.]+)L([-\d.]+) ([-\d.]+)/g)].map((found) => found.slice(1).map(Number) as [number, number, number, number]);
  };

  it("goes from edge to edge and not beyond", () => {
    for (const [x1, y1, x2, y2] of ends(true)) {
      for (const [x, y] of [[x1, y1], [x2, y2]] as const) {
        expect(x >= 0 && x <= 60 && y >= 0 && y <= 30).toBe(true);
        expect(x === 0 || x === 60 || y === 0 || y === 30, "it ends at an edge").toBe(true);
      }
      expect(Math.abs(x1 - x2)).toBeCloseTo(Math.abs(y1 - y2));
    }
  });

  it("slants one way, and crossed both ways", () => {
    const slants = (crossed: boolean) => new Set(ends(crossed).map(([x1, y1, x2, y2]) => Math.sign((x1 - x2) * (y1 - y2))));
    expect([slants(false), slants(true)]).toEqual([new Set([-1]), new Set([-1, 1])]);
    expect(ends(true)).toHaveLength(2 * ends(false).length);
  });
});

describe("a text that is too long", () => {
  it("is cut where its end still fits", () => {
    const wide = (text: string) => 10 * [...text].length;
    expect(["short", "long  enough", "ends here"].map((text) => clip(text, 60, wide))).toEqual(["short", "long…", "ends…"]);
    expect(clip("any", 0, wide)).toBe("…");
  });
});

describe("tables", () => {
  it("quotes what would end a cell, and keeps numbers numbers", () => {
    expect(["plain", 'a "b"', "a,b", "a\nb", null, -1.5, Number.NaN].map(cell)).toEqual(["plain", '"a ""b"""', '"a,b"', '"a\nb"', "", "-1.5", "NaN"]);
  });

  it("quotes a number sign, at which readers that skip comments would cut the cell", () => {
    expect(["#1/run", "C#", "dog #2, black"].map(cell)).toEqual(['"#1/run"', '"C#"', '"dog #2, black"']);
  });

  it("makes names that a spreadsheet would run plain text", () => {
    for (const start of ["=", "+", "-", "@", " =", "\t", "\r"]) expect(cell(`${start}1`).replace(/^"/, "")).toMatch(/^'/);
    expect(cell("=HYPERLINK(\"x\")")).toBe('"\'=HYPERLINK(""x"")"');
  });

  it("lets no name begin a cell or a line from inside a comment", async () => {
    expect(comment('run: a,"=1+1"\r\n=2;=3')).toBe("# run: a =1+1 =2 =3");
    const text = await (await toCsv({ columns: ["run", "value"], rows: [["ä,b", 0.1]], facts: [[["run", "a\n=1"]]], name: [] })).text();
    expect(text).toBe('# run: a =1\r\nrun,value\r\n"ä,b",0.1\r\n');
  });
});

/** Chunks of a PNG, read without the code under test. */
function chunksOf(png: Uint8Array): { type: string; data: Uint8Array; crc: number }[] {
  const view = new DataView(png.buffer, png.byteOffset);
  const found = [];
  for (let at = 8; at < png.length; ) {
    const size = view.getUint32(at);
    found.push({ type: new TextDecoder().decode(png.subarray(at + 4, at + 8)), data: png.subarray(at + 8, at + 8 + size), crc: view.getUint32(at + 8 + size) });
    at += 12 + size;
  }
  return found;
}

/** 1 x 1 pixel, red; written by Pillow. */
const RED = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"),
  (letter) => letter.charCodeAt(0),
);

describe("text in a PNG", () => {
  it("has the check sums that others compute", () => {
    expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
    expect([...chunk("IEND", new Uint8Array())]).toEqual([0, 0, 0, 0, 73, 69, 78, 68, 0xae, 0x42, 0x60, 0x82]);
  });

  it("stands between the header and the pixels, which stay as they were", async () => {
    const before = chunksOf(RED);
    const blob = await withText(new Blob([RED]), [["run", "a/convvis"], ["layer", "日本"]], 300);
    const after = chunksOf(new Uint8Array(await blob.arrayBuffer()));
    expect(after.map(({ type }) => type)).toEqual(["IHDR", "pHYs", "tEXt", "iTXt", "IDAT", "IEND"]);
    for (const { type, data, crc } of after) expect(crc32([...new TextEncoder().encode(type), ...data])).toBe(crc);
    const pixels = (all: typeof before) => [...inflateSync(all.find(({ type }) => type === "IDAT")!.data)];
    expect(pixels(after)).toEqual(pixels(before));
    expect(new DataView(after[1]!.data.slice().buffer).getUint32(0)).toBe(11811);
    expect(new TextDecoder().decode(after[2]!.data)).toBe("run\0a/convvis");
    expect(new TextDecoder().decode(after[3]!.data)).toBe("layer\0\0\0\0\0日本");
  });

  it("cannot be split by what a name holds", () => {
    expect(new TextDecoder().decode(textChunk("a\0b", "c\0d").slice(8, -4))).toBe("a_b\0cd");
  });
});

describe("an SVG", () => {
  it("is well-formed whatever the names hold", async () => {
    expect(escapeXml(HOSTILE)).not.toMatch(/[<>"'\0\ud800]|&(?!#\d+;)/);
    const items: Figure["items"] = [
      { kind: "text", text: HOSTILE, x: 1, y: 2, size: 10 },
      box({ left: 1, top: 2, width: 3, height: 4 }, { stroke: { colour: "#000000", alpha: 0.5 } }),
    ];
    const text = await (await toSvg(figure({ items }))).text();
    expect(text.match(/<[a-z]+/g)).toEqual(["<svg", "<title", "<desc", "<metadata", "<rect", "<text", "<path"]);
    expect(text).toContain('width="3.25in" height="1in" viewBox="0 0 975 300"');
    expect(text).toContain('stroke="#000000" stroke-opacity="0.5"');
  });

  it("asks for squares where pixels are enlarged by a whole number, and only there", async () => {
    const from = { left: 0, top: 0, width: 5, height: 5 };
    const picture = {} as OffscreenCanvas;
    const items = [20, 21].map((side) => ({ kind: "picture" as const, picture, from, to: { left: 0, top: 0, width: side, height: side } }));
    expect(items.map(isExact)).toEqual([true, false]);
    const text = await (await toSvg(figure({ items }), () => Promise.resolve("data:image/png;base64,AA=="))).text();
    expect(text.match(/<image .*/g)?.map((image) => image.includes("pixelated"))).toEqual([true, false]);
  });
});

describe("a figure", () => {
  it("has its facts in lines that fit", () => {
    expect(captionOf(figure())).toBe(`run ${HOSTILE}; epoch 3`);
    expect(wrap("one two three", 7, (text) => text.length)).toEqual(["one two", "three"]);
    expect(wrap("a bcdefghij", 4, (text) => text.length)).toEqual(["a", "bcde", "fghi", "j"]);
  });

  it("is refused where a browser cannot draw it", () => {
    expect([1, 2, 4].map((scale) => fits({ width: 500, height: 5_000 }, scale))).toEqual([true, true, false]);
    expect(fits({ width: 16_384, height: 16_384 }, 1)).toBe(true);
    expect(fits({ width: 16_385, height: 10 }, 1)).toBe(false);
  });

  it("says which maps and when", () => {
    expect(ranges([7, 0, 1, 2, 3, 9, 7])).toBe("0-3, 7, 9");
    expect(timeWords(1_700_000_000)).toBe("2023-11-14 22:13:20 UTC");
    expect(timeWords(1e300)).toBe("at an unknown time");
    expect(timeWords(null)).toBe("at an unknown time");
  });
});

describe("names of files", () => {
  it("hold what every system takes", () => {
    expect(fileName(["a/b", "../c:d*?", "epoch3", "Übung_層"], "png")).toBe("a-b_c-d_epoch3_Übung_層.png");
    expect(fileName([HOSTILE, ""], "svg")).toBe("img-src-x-onerror-alert-ran.svg");
    expect(fileName(["..", "/"], "csv")).toBe("convvis.csv");
  });

  it("are short, and end with what they are", () => {
    const name = fileName(["層".repeat(90), "x".repeat(300), "epoch12", "fig2"], "png");
    expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(100);
    expect(name).toMatch(/_epoch12_fig2\.png$/);
  });
});
