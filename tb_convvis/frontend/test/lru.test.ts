import { describe, expect, it } from "vitest";
import { Lru } from "../src/lib/lru";

describe("Lru", () => {
  it("lets go of what was used longest ago when the bytes run out", () => {
    const cache = new Lru<string>(100);
    cache.set("a", "A", 40);
    cache.set("b", "B", 40);
    expect(cache.get("a")).toBe("A");
    cache.set("c", "C", 40);
    expect([cache.has("a"), cache.has("b"), cache.has("c"), cache.bytes]).toEqual([true, false, true, 80]);
  });

  it("replaces without counting twice", () => {
    const cache = new Lru<number>(100);
    cache.set("a", 1, 90);
    cache.set("a", 2, 50);
    expect([cache.get("a"), cache.bytes, cache.size]).toEqual([2, 50, 1]);
  });

  it("keeps the newest even where it is too large by itself", () => {
    const cache = new Lru<number>(10);
    cache.set("a", 1, 5);
    cache.set("b", 2, 50);
    expect([cache.has("a"), cache.get("b")]).toEqual([false, 2]);
    cache.clear();
    expect([cache.bytes, cache.size]).toEqual([0, 0]);
  });
});
