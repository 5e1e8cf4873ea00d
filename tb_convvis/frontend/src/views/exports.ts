/**
 * What the views have to export, by the id of the view: a new one is one file and one line here.
 *
 * Apart from the views themselves, so that the page loads none of it before something is exported.
 */

import type { ExportProps, Offer } from "../export/offer";
import { featureExports } from "./featureExports";
import { filterExports } from "./filterExports";
import { weightExports } from "./weightExports";

export const EXPORTS: ReadonlyMap<string, (props: ExportProps) => Offer[]> = new Map([
  ["filters", filterExports],
  ["features", featureExports],
  ["weights", weightExports],
]);
