import { describe, expect, it } from "vitest";
import { parseContainer } from "../src/data/container";
import { container } from "./make";

const part = { run: "a", tag: "t", step: 2, wall_time: 1.5, index: 1, offset: 0, size: 3, error: null };

describe("parseContainer", () => {
  it("takes parts out by offset and size", () => {
    const header = { parts: [part, { ...part, index: 2, offset: 3, size: 1 }] };
    const parts = parseContainer(container(header, new Uint8Array([1, 2, 3, 4])));
    expect(parts.map(({ data }) => [...data])).toEqual([[1, 2, 3], [4]]);
    expect(parts[0]).toMatchObject({ run: "a", tag: "t", step: 2, wallTime: 1.5, index: 1, error: null });
  });

  it("keeps steps beyond 2^53 as they were written", () => {
    const [only] = parseContainer(container({ parts: [{ ...part, step: "9007199254740995", size: 0 }] }));
    expect(only?.step).toBe("9007199254740995");
  });

  it("passes on why a part is not there", () => {
    const [only] = parseContainer(container({ parts: [{ ...part, size: 0, error: "its checksum does not match" }] }));
    expect(only?.error).toContain("checksum");
    expect(only?.data.byteLength).toBe(0);
  });

  it.each([
    ["no header", new ArrayBuffer(3), /no header/],
    ["a header longer than the answer", container({ parts: [] }).slice(0, 8), /header of/],
    ["no JSON", container("{"), /not JSON/],
    ["a part behind the end", container({ parts: [part] }, new Uint8Array(2)), /behind the end/],
    ["a negative offset", container({ parts: [{ ...part, offset: -1 }] }), /offset/],
    ["a step that is no number", container({ parts: [{ ...part, step: "<img>" }] }), /step/],
    ["parts that are no list", container({ parts: {} }), /list/],
  ])("refuses %s", (_, buffer, message) => {
    expect(() => parseContainer(buffer)).toThrow(message);
  });
});
