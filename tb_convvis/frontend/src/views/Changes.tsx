/** View: what changed between two epochs, map by map. */

import { Unlogged } from "../components/states";
import { openingWants } from "./featureWants";
import { onDemand } from "./onDemand";
import { layersOf } from "./view";

function Nothing() {
  return <Unlogged what="features" view="features" words="This view compares the pictures that excite each map most at two epochs" />;
}

export const changes = onDemand(() => import("./ChangesBody"), {
  id: "changes",
  title: "What changed",
  layers: (indexes) => layersOf(indexes, "top"),
  wants: openingWants,
  follows: () => undefined,
  Nothing,
});
