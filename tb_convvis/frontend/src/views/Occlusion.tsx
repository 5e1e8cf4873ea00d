/** View: what the network looks at, by covering one part of a picture after the other. */

import { Unlogged } from "../components/states";
import { statusWants } from "../data/status";
import { onDemand } from "./onDemand";
import { layersOf } from "./view";

function Nothing() {
  return <Unlogged what="occlusion maps" view="occlusion" words="This view covers parts of pictures" />;
}

export const occlusion = onDemand(() => import("./OcclusionBody"), {
  id: "occlusion",
  title: "Occlusion",
  layers: (indexes) => layersOf(indexes, "occlusion"),
  wants: (indexes) => statusWants(indexes, "occlusion"),
  follows: () => undefined,
  Nothing,
});
