/** View: how much every layer still changes, beside loss and accuracy, and when each had settled. */

import { untracked } from "@preact/signals";
import { Unlogged } from "../components/states";
import { statusHere } from "../data/status";
import { metricName } from "../settings";
import { changeLayers, changeWants } from "./changes";
import { onDemand } from "./onDemand";

function Nothing() {
  return <Unlogged what="changes" view="features" words="How much a layer changes is logged with its features" />;
}

export const convergence = onDemand(() => import("./ConvergenceBody"), {
  id: "convergence",
  title: "Convergence",
  layers: changeLayers,
  wants: (indexes) => [...changeWants(indexes), ...untracked(() => statusHere(indexes, "features"))],
  follows: () => void metricName.value,
  choosesLayer: true,
  Nothing,
});
