/** View: the network as a graph, and what was logged of each of its layers. */

import { Unlogged } from "../components/states";
import { shownName } from "../data/layerNames";
import { networkOf } from "../data/network";
import { allNodes } from "./networkScene";
import { onDemand } from "./onDemand";

function Nothing() {
  return <Unlogged what="network" view="model" words="Each of the callbacks logs it as the training begins, and so does ConvVis" pictures={false} />;
}

export const layers = onDemand(() => import("./LayersBody"), {
  id: "layers",
  title: "Layers",
  choosesLayer: true,
  layers: (indexes) =>
    indexes.flatMap((index) => {
      const network = networkOf(index)?.value;
      return network ? allNodes(network).map(({ path }) => shownName(index, path)) : [];
    }),
  wants: () => [],
  follows: () => undefined,
  Nothing,
});
