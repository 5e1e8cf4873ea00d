import { describe, expect, it } from "vitest";
import { network } from "../src/data/network";
import { type Edge, layered } from "../src/lib/layered";
import { allNodes, sceneOf } from "../src/views/networkScene";
import { parameterWords, trainedWords } from "../src/views/networkWords";

const size = { width: 100, height: 40 };

function boxes(nodes: number, edges: Edge[]) {
  const { places, routes } = layered(Array.from({ length: nodes }, () => size), edges);
  return { places, routes, centres: places.map(({ x }) => x + 50) };
}

describe("the layout", () => {
  it("keeps the trunk straight, with the shortcut beside it", () => {
    const { places, routes, centres } = boxes(4, [[0, 1], [1, 2], [0, 3], [2, 3]]);
    expect(new Set(centres).size).toBe(1);
    expect(places.map(({ y }) => y)).toEqual([0, 66, 132, 198]);
    const shortcut = routes[2]?.slice(2, -1).map(([x]) => Math.abs(x - (centres[1] ?? 0)));
    expect(shortcut).toHaveLength(4);
    expect(Math.min(...(shortcut ?? []))).toBeGreaterThan(50);
  });

  it("puts branches side by side without overlap, and what joins them in the middle", () => {
    const { places, centres } = boxes(5, [[0, 1], [0, 2], [0, 3], [1, 4], [2, 4], [3, 4]]);
    const row = places.slice(1, 4).map(({ x }) => x).sort((a, b) => a - b);
    expect(row.slice(1).every((x, at) => x - (row[at] ?? 0) >= 100)).toBe(true);
    expect(centres[4]).toBe(centres[0]);
  });

  it("puts a second input right above its reader, and copes with nothing", () => {
    expect(boxes(4, [[0, 1], [1, 3], [2, 3]]).places[2]?.y).toBe(66);
    expect(layered([], []).height).toBe(0);
  });
});

const call = (name: string, inputs: string[], changes = {}) => ({
  name, layer: name, class: "Conv2D", inputs: inputs.map((source) => [source, 0]), outputs: [[null, 8, 8, 4]], ...changes,
});

const facts = (calls: unknown[], names: string[], more = {}) => ({
  layers: names.map((name) => ({ name, class: "Conv2D", kernel: [3, 3] })),
  graphs: { "": { inputs: [[null, 8, 8, 3]], calls, outputs: [[(calls[calls.length - 1] as { name: string }).name, 0]] }, ...more },
});

describe("what is drawn", () => {
  it("puts what only follows a layer into its box, unless others read that too", () => {
    const calls = [call("a", [""]), call("bn", ["a"], { class: "BatchNormalization", layer: null }), call("b", ["bn"]), call("relu", ["b"], { layer: null }), call("sum", ["b", "relu"])];
    const scene = sceneOf(network(facts(calls, ["a", "b", "sum"]), "model"), () => false);
    expect(scene.blocks.map(({ nodes }) => nodes.map(({ name }) => name))).toEqual([["input"], ["a", "bn"], ["b"], ["relu"], ["sum"], ["output"]]);
    expect(scene.edges).toEqual([[0, 1], [1, 2], [2, 3], [2, 4], [3, 4], [4, 5]]);
  });

  it("tells the calls of a shared model apart, and follows no circle", () => {
    const inner = { inputs: [[null, 8, 8, 3]], calls: [{ ...call("in", [""]), layer: "m/in" }, { ...call("m", ["in"]), layer: "m" }], outputs: [["m", 0]] };
    const calls = [call("m", ["", "late"]), call("m:1", ["m"], { layer: "m" }), call("late", ["m:1"])];
    const nodes = allNodes(network(facts(calls, ["m", "m/in", "late"], { m: inner }), "model"));
    expect(nodes.map(({ path }) => path)).toEqual(["m", "m/in", "m/m", "m:1", "m:1/in", "m:1/m", "late"]);
    expect(nodes[0]?.reads).toEqual([]);
  });

  it("lists layers without a graph, and refuses what does not fit", () => {
    const scene = sceneOf(network({ layers: [{ name: "a" }, { name: "a/b" }, { name: "c" }] }, "model"), () => false);
    expect(scene.plain).toBe(true);
    expect(scene.blocks.map(({ nodes }) => nodes[0]?.inside)).toEqual([1, 0]);
    for (const wrong of [{ layers: [{}] }, { graphs: [] }, facts([call("a", [""], { inputs: [["", -1]] })], ["a"]), { fields: { a: { size: ["3"] } } }])
      expect(() => network(wrong, "model")).toThrow("model");
  });
});

describe("what is trained", () => {
  const logged = (...trainable: (number | undefined)[]) =>
    network({ parameters: 50, layers: [{ name: "m", parameters: 50, trainable: trainable[0] }, { name: "m/in", parameters: 20, trainable: trainable[1] }] }, "model");
  const words = (...trainable: (number | undefined)[]) => [trainedWords(logged(...trainable)), parameterWords(logged(...trainable).layers.get("m")!, 100)];

  it("is said where it is not all", () => {
    expect(words(30, 20)).toEqual([", 30 of them trained", "50 · 50 % of the network · 30 trained"]);
    expect(words(0, 0)).toEqual([", 0 of them trained", "50 · 50 % of the network · not trained"]);
    expect(words(50, 20)).toEqual(["", "50 · 50 % of the network"]);
  });

  it("is not said of logs that do not tell", () => {
    expect(words(undefined, undefined)).toEqual(["", "50 · 50 % of the network"]);
    expect(trainedWords(network({ parameters: 50 }, "model"))).toBe("");
  });
});
