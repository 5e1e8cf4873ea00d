import { describe, expect, it } from "vitest";
import { layerNames } from "../src/data/layerNames";
import { likeness } from "../src/data/likeness";
import { network } from "../src/data/network";

interface Names {
  first: string;
  second: string;
  add: string;
  inside: string;
}

const numberedFrom = (n: number): Names => ({
  first: n ? `conv2d_${n}` : "conv2d",
  second: `conv2d_${n + 1}`,
  add: n ? `add_${n}` : "add",
  inside: `conv2d_${n + 2}`,
});

/** A shortcut around a convolution, added by an operation that is no layer; a model inside. */
function facts({ first, second, add, inside }: Names, { kernel = 3, reads = first, operation = "Add", field = 7, parameters = 10, problem = null as string | null } = {}) {
  const call = (name: string, layer: string | null, inputs: string[], kind = "Conv2D") => ({
    name, layer, class: kind, inputs: inputs.map((source) => [source, 0]), outputs: [[null, 8, 8, 4]],
  });
  const layer = (name: string, kind = "Conv2D") => ({ name, class: kind, kernel: kind === "Conv2D" ? [kernel, kernel] : [] });
  return {
    layers: [layer(first), layer(second), layer("block", "Functional"), layer(`block/${inside}`)],
    graphs: {
      "": {
        inputs: [[null, 8, 8, 3]],
        calls: [call(first, first, [""]), call(second, second, [first]), call(add, null, [reads, second], operation), call("block", "block", [add], "Functional")],
        outputs: [["block", 0]],
      },
      block: { inputs: [[null, 8, 8, 4]], calls: [call(inside, `block/${inside}`, [""])], outputs: [[inside, 0]] },
    },
    fields: { [second]: { size: [5, 5] }, [add]: { size: [6, 6] }, [`block/${inside}`]: { size: [field, field] }, [`block:1/${inside}`]: { size: [8, 8] } },
    parameters,
    graph_problem: problem,
  };
}

/** Of two runs side by side. */
function alike(one: object, other: object): boolean {
  const networks = [one, other].map((value) => network(value, "model"));
  const names = layerNames(networks.map(({ layers }) => ({ network: [...layers.values()], logged: [] })));
  const [first, second] = networks.map((value, at) => likeness(value, { names: names[at] ?? null }));
  return first === second;
}

describe("the same network", () => {
  const other = numberedFrom(7);

  it("is one that Keras numbered on", () => {
    expect(alike(facts(numberedFrom(0)), facts(numberedFrom(0)))).toBe(true);
    expect(alike(facts(numberedFrom(0)), facts(other))).toBe(true);
    expect(alike(facts(other), facts(numberedFrom(0)))).toBe(true);
  });

  it.each([
    ["kernel", facts(other, { kernel: 5 })],
    ["connection", facts(other, { reads: other.second })],
    ["operation", facts(other, { operation: "Multiply" })],
    ["number of parameters", facts(other, { parameters: 11 })],
    ["reason why it has no graph", facts(other, { problem: "TypeError" })],
    ["receptive field", facts(other, { field: 9 })],
    ["name by the user", facts({ ...other, second: "mine" })],
  ])("is none with another %s", (_, changed) => {
    expect(alike(facts(numberedFrom(0)), changed)).toBe(false);
  });

  it("is found anew where a run is shown beside another", () => {
    const value = network(facts(other), "model");
    const alone = likeness(value, {});
    const beside = likeness(value, { names: { shown: new Map([[other.first, "conv2d"]]), own: new Map([["conv2d", other.first]]) } });
    expect(beside).not.toBe(alone);
    expect(likeness(value, { names: null })).toBe(alone);
  });
});
