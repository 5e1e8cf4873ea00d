import { unfoldedModels } from "../settings";

/** Whether a nested model is drawn unfolded: it was asked for, or the layer that is looked at lies inside. */
export function isUnfolded(path: string, layer: string): boolean {
  return unfoldedModels.value.includes(path) || layer.startsWith(`${path}/`);
}
