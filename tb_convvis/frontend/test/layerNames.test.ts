import { describe, expect, it } from "vitest";
import type { RunIndex } from "../src/data/index";
import { type NamedLayer, layerNames, ownName, shownName, snakeCase } from "../src/data/layerNames";
import { namedBy } from "../src/data/namedIndexes";
import type { Store } from "../src/data/store";
import { series } from "./make";

/** A network of "Conv2D conv2d, Dense dense". */
const network = (words: string): NamedLayer[] =>
  words.split(", ").map((pair) => {
    const [kind = "", name = ""] = pair.split(" ");
    return { class: kind, name };
  });

/** What the layers of each run are shown as; by default each logged all of its layers. */
function shown(...runs: (string | null)[]): string[][] {
  const networks = runs.map((words) => words === null ? null : network(words));
  const all = layerNames(networks.map((one) => ({ network: one, logged: one?.map(({ name }) => name) ?? [] })));
  return networks.map((one, at) => one?.map(({ name }) => shownName({ names: all[at] ?? null }, name)) ?? []);
}

describe("names of layers", () => {
  it("are those that Keras makes of classes", () => {
    const names = ["Conv2D", "ReLU", "MaxPooling2D", "BatchNormalization", "Conv2DTranspose", "GlobalAveragePooling2D", "LSTM", "PReLU", "MyNet", "My_Net2Go"];
    expect(names.map(snakeCase)).toEqual([
      "conv2d", "re_lu", "max_pooling2d", "batch_normalization", "conv2d_transpose", "global_average_pooling2d", "lstm", "p_re_lu", "my_net", "my__net2_go",
    ]);
  });

  it("are matched by place where Keras numbered them on", () => {
    expect(shown("Conv2D conv2d, Conv2D conv2d_1, Dense dense", "Conv2D conv2d_2, Conv2D conv2d_3, Dense dense_1")[1]).toEqual(["conv2d", "conv2d_1", "dense"]);
  });

  it("are matched by rank though some are equal by accident", () => {
    expect(shown("Conv2D conv2d_1, Conv2D conv2d_2", "Conv2D conv2d_2, Conv2D conv2d_3")).toEqual([["conv2d_1", "conv2d_2"], ["conv2d_1", "conv2d_2"]]);
  });

  it("are ranked by their numbers and not by their letters or where they stand", () => {
    expect(shown("Conv2D conv2d, Conv2D conv2d_1", "Conv2D conv2d_10, Conv2D conv2d_9")[1]).toEqual(["conv2d_1", "conv2d"]);
  });

  it("that the user chose stand as they are", () => {
    expect(shown("Conv2D stem, Conv2D conv2d, ReLU conv2d_relu", "Conv2D trunk, Conv2D conv2d_4, ReLU conv2d_relu")[1]).toEqual(["trunk", "conv2d", "conv2d_relu"]);
    expect(shown("Conv2D conv2d", "Conv2D conv2d_0")[1]).toEqual(["conv2d_0"]);
    expect(shown("Conv2D conv2d", "Conv2D conv2d_007")[1]).toEqual(["conv2d_007"]);
  });

  it("are matched within each model", () => {
    const [, second] = shown(
      "Functional functional, Conv2D functional/conv2d, Sequential backbone, Conv2D backbone/conv2d_1, Conv2D conv2d_2",
      "Functional functional_4, Conv2D functional_4/conv2d_9, Sequential backbone, Conv2D backbone/conv2d_7, Conv2D conv2d_8",
    );
    expect(second).toEqual(["functional", "functional/conv2d", "backbone", "backbone/conv2d_1", "conv2d_2"]);
  });

  it("stay inside of their model, also where the other has none in their place", () => {
    const [, second] = shown("Functional functional, Conv2D functional/conv2d", "Functional functional_4, Conv2D functional_4/conv2d_6, Conv2D functional_4/conv2d_7");
    expect(second).toEqual(["functional", "functional/conv2d", "functional/conv2d_7"]);
  });

  it("of the same class in another model, or of another class, are other layers", () => {
    expect(shown("Sequential a, Conv2D a/conv2d", "Sequential b, Conv2D b/conv2d_1")[1]).toEqual(["b", "b/conv2d_1"]);
    expect(shown("Conv2D conv2d", "DepthwiseConv2D depthwise_conv2d_1")[1]).toEqual(["depthwise_conv2d_1"]);
  });

  it("never stand for two places, however deep the networks are", () => {
    const all = shown("Conv2D conv2d_2, Conv2D conv2d_3", "Conv2D conv2d, Conv2D conv2d_1, Conv2D conv2d_2", "Conv2D conv2d_7, Conv2D conv2d_8, Conv2D conv2d_9, Conv2D conv2d_10");
    expect(all).toEqual([["conv2d_2", "conv2d_3"], ["conv2d_2", "conv2d_3", "conv2d_4"], ["conv2d_2", "conv2d_3", "conv2d_4", "conv2d_10"]]);
  });

  it("are those of the first run that has the place", () => {
    expect(shown("Dense dense", "Conv2D conv2d_3, Dense dense_1", "Conv2D conv2d_5, Dense dense_2")).toEqual([["dense"], ["conv2d_3", "dense"], ["conv2d_3", "dense"]]);
  });

  it("stay where no record of the network is here", () => {
    const names = layerNames([{ network: null, logged: ["conv2d"] }, { network: network("Conv2D conv2d_1"), logged: ["conv2d_1"] }]);
    expect(names).toEqual([null, null]);
  });

  it("stay where two that were logged would become one", () => {
    // As after a resume: the newest record no longer has the first network's layer.
    const names = layerNames([{ network: network("Conv2D conv2d"), logged: [] }, { network: network("Conv2D conv2d_1"), logged: ["conv2d", "conv2d_1"] }]);
    expect(names).toEqual([null, null]);
  });

  it("keep the number of a further call", () => {
    const [, names = null] = layerNames([
      { network: network("Functional functional, Conv2D functional/conv2d"), logged: [] },
      { network: network("Functional functional_2, Conv2D functional_2/conv2d_5"), logged: ["functional_2/conv2d_5", "functional_2:1/conv2d_5:2"] },
    ]);
    expect(shownName({ names }, "functional_2:1/conv2d_5:2")).toBe("functional:1/conv2d:2");
    expect(ownName({ names }, "functional:1/conv2d:2")).toBe("functional_2:1/conv2d_5:2");
    expect(ownName({ names }, "none")).toBe("none");
  });

  it("may be anything", () => {
    const hostile = "__proto__ __proto__, constructor __proto__/constructor, Conv2D toString, Conv2D conv2d_99999999999999999999";
    expect(shown(hostile, `${hostile}, Conv2D conv2d_3`)[1]).toEqual(["__proto__", "__proto__/constructor", "toString", "conv2d_99999999999999999999", "conv2d_3"]);
    expect(shown("__proto__ __proto___1", "__proto__ __proto___4")[1]).toEqual(["__proto___1"]);
  });
});

describe("the indexes of the shown runs", () => {
  const index = (run: string, convolution: string): RunIndex => ({
    run, group: run, scalars: [], problem: null,
    series: [
      series([0], { run, tag: "convvis/run/model", kind: "run", subject: "model" }),
      series([0], { run, tag: `convvis/filters/${convolution}`, kind: "filters", subject: convolution }),
      series([0], { run, tag: `convvis/probe/${convolution}`, kind: "probe", subject: convolution }),
    ],
    weights: [{ run, tag: `convvis/weights/${convolution}/kernel`, name: `${convolution}/kernel`, source: "convvis" }],
  });
  const storeOf = (records: Map<string, unknown>) =>
    ({ arrivals: { value: 0 }, manifest: ({ run }: { run: string }) => records.has(run) ? { value: records.get(run), error: null } : undefined }) as unknown as Store;
  const recordOf = (layers: unknown) => ({ kind: "run", logged: 1, blobs: [], facts: { layers } });

  it("have the names that are shown and the tags that were logged", () => {
    const records = new Map<string, unknown>();
    const named = namedBy(storeOf(records));
    const both = [index("a", "conv2d"), index("b", "conv2d_1")];
    const before = named(both);
    expect(before).toEqual(both);
    records.set("a", recordOf([{ name: "conv2d", class: "Conv2D" }])).set("b", recordOf([{ name: "conv2d_1", class: "Conv2D" }]));
    const [first, second] = named(both);
    expect(first).toBe(both[0]);
    expect(second?.series.map(({ tag, subject }) => [tag, subject])).toEqual([
      ["convvis/run/model", "model"], ["convvis/filters/conv2d_1", "conv2d"], ["convvis/probe/conv2d_1", "conv2d_1"],
    ]);
    expect(second?.weights).toEqual([{ run: "b", tag: "convvis/weights/conv2d_1/kernel", name: "conv2d/kernel", source: "convvis" }]);
    // The same object until a name changes: what is known of a series is remembered by it.
    records.set("b", recordOf([{ name: "conv2d_1", class: "Conv2D" }]));
    expect(named(both)[1]).toBe(second);
    expect(named([both[1] as RunIndex])).toEqual([both[1]]);
  });

  it("stay the same array where no name changes", () => {
    const records = new Map<string, unknown>();
    const named = namedBy(storeOf(records));
    const both = [index("a", "conv1"), index("b", "conv1")];
    const before = named(both);
    records.set("a", recordOf([{ name: "conv1", class: "Conv2D" }])).set("b", recordOf("damaged"));
    expect(named(both)).toBe(before);
  });
});
