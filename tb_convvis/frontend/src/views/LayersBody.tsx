/** View: the network as a graph, and what was logged of each of its layers. */

import { Columns } from "../components/Columns";
import { Absent, Failed } from "../components/states";
import type { RunIndex } from "../data/index";
import { likeness } from "../data/likeness";
import { networkOf } from "../data/network";
import { titles } from "../state";
import { NETWORK_PARTS, NetworkColumn } from "./NetworkColumn";
import type { PanelProps, ViewBody } from "./view";

function Panel({ indexes, layer }: PanelProps) {
  const groups = new Map<string, RunIndex[]>();
  for (const index of indexes) {
    const network = networkOf(index)?.value;
    const same = network ? likeness(network, index) : index.run;
    groups.set(same, [...(groups.get(same) ?? []), index]);
  }
  const first = [...groups.values()].flatMap(([index]) => index ?? []);
  return (
    <Columns indexes={first} parts={NETWORK_PARTS}>
      {(index) => {
        const outcome = networkOf(index);
        const alike = [...groups.values()].find(([one]) => one === index) ?? [index];
        if (outcome?.value) return <NetworkColumn network={outcome.value} indexes={alike} layer={layer} />;
        const title = titles.value.get(index.run) ?? index.run;
        return outcome ? <Failed words={`${title}: ${outcome.error}`} /> : <Absent words={`${title} holds no record of its network.`} />;
      }}
    </Columns>
  );
}

export const body: ViewBody = {
  help: {
    shows: [
      "The network from its input to its output: a box for each layer with the shape of what it returns, a line for what it reads. Layers that keep the shape, such as activations, stand in the box of the one they follow. A nested model is one box that unfolds; the buttons open what was logged of a layer.",
      "Receptive field: the part of the picture that one unit of the layer can see, and how far those of neighbouring units lie apart.",
    ],
    read: [
      "A receptive field smaller than the objects: the layer sees parts of them only.",
      "Most of the parameters in one dense layer at the end: the network may learn its pictures by heart.",
      "A line that passes layers by is a shortcut: what they compute is added to, or joined with, what came in.",
    ],
    cannot: [
      "How the layers of a subclassed model are connected: only running it would tell.",
      "How much of a receptive field matters: the units at its rim have little influence. Behind a layer that is not Keras’s own it is not known.",
    ],
  },
  load: () => Promise.resolve(),
  Toolbar: () => null,
  Panel,
};
