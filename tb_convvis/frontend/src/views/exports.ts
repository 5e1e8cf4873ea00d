/**
 * What the views have to export, by the id of the view: a new one is one file and one line here.
 *
 * Apart from the views themselves, so that the page loads none of it before something is exported.
 */

import type { ExportProps, Offer } from "../export/offer";
import { changeExports } from "./changeExports";
import { convergenceExports } from "./convergenceExports";
import { featureExports } from "./featureExports";
import { filterExports } from "./filterExports";
import { layerExports } from "./layerExports";
import { occlusionExports } from "./occlusionExports";
import { weightExports } from "./weightExports";

export const EXPORTS: ReadonlyMap<string, (props: ExportProps) => Offer[]> = new Map([
  ["filters", filterExports],
  ["features", featureExports],
  ["changes", changeExports],
  ["occlusion", occlusionExports],
  ["weights", weightExports],
  ["convergence", convergenceExports],
  ["layers", layerExports],
]);
