/** View: how much every layer still changes, beside loss and accuracy, and when each had settled. */

import { Unlogged } from "../components/states";
import { metricName } from "../settings";
import { changeLayers, changeWants } from "./changes";
import { onDemand } from "./onDemand";

function Nothing() {
  return <Unlogged what="changes" words="How much a layer changes is logged with its features" />;
}

export const convergence = onDemand(() => import("./ConvergenceBody"), {
  id: "convergence",
  title: "Convergence",
  layers: changeLayers,
  wants: changeWants,
  follows: () => void metricName.value,
  choosesLayer: true,
  Nothing,
});
