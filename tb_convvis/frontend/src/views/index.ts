/** The views, in the order of their tabs. A new view is one file and one line here. */

import { changes } from "./Changes";
import { convergence } from "./Convergence";
import { features } from "./Features";
import { firstLayer } from "./FirstLayer";
import { layers } from "./Layers";
import { occlusion } from "./Occlusion";
import type { View } from "./view";
import { weights } from "./Weights";

export const VIEWS: readonly [View, ...View[]] = [firstLayer, features, changes, occlusion, weights, convergence, layers];

export function viewOf(id: string): View {
  return VIEWS.find((view) => view.id === id) ?? VIEWS[0];
}
