/** View: the network as a graph, and what was logged of each of its layers. */

import { networksOf } from "../data/network";
import { allNodes } from "./networkScene";
import { onDemand } from "./onDemand";

export const layers = onDemand(() => import("./LayersBody"), {
  id: "layers",
  title: "Layers",
  choosesLayer: true,
  layers: (indexes) => networksOf(indexes).flatMap((network) => allNodes(network).map(({ path }) => path)),
  wants: () => [],
  follows: () => undefined,
});
