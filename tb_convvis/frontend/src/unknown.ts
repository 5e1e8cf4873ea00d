/** Names in the address that stand for nothing here, as in a link to another log: something else is shown instead. */

import { computed } from "@preact/signals";
import { layer, layersKnown, layersMeant, networkOrder } from "./layers";
import { enumerate } from "./lib/words";
import { chosenRuns, layerPath, metricName, viewId, weightName } from "./settings";
import { runList, shownIndexes, shownRuns } from "./state";
import { VIEWS, viewOf } from "./views";
import { convergence } from "./views/Convergence";
import { currentWeight, weightsOf } from "./views/histogramData";
import { currentMetric } from "./views/scalarData";
import { weights } from "./views/Weights";

/** A sentence for each kind of name; none once something that is there was chosen in its place. */
export const unknownNames = computed<string[]>(() => [...unknownView(), ...unknownRuns(), ...unknownLayer(), ...unknownWeight(), ...unknownMetric()]);

function unknownView(): string[] {
  if (VIEWS.some(({ id }) => id === viewId.value)) return [];
  return [`The address names the view ${viewId.value}, which there is not: ${viewOf(viewId.value).title} is shown.`];
}

function unknownRuns(): string[] {
  const all = runList.value?.runs.map(({ run }) => run);
  const lacking = all ? (chosenRuns.value ?? []).filter((run) => !all.includes(run)) : [];
  if (lacking.length === 0) return [];
  return [`The address names the run${lacking.length === 1 ? "" : "s"} ${enumerate(lacking)}, which this log does not have.`];
}

/** One that the shown runs have something of in any view is known: the views differ in what layers they show. */
function unknownLayer(): string[] {
  const [indexes, path] = [shownIndexes.value, layerPath.value];
  if (path === "" || indexes.length === 0 || indexes.length < shownRuns.value.length || !layersKnown.value) return [];
  const isKnown = (one: string) => networkOrder.value.includes(one) || VIEWS.some((view) => view.layers(indexes).includes(one));
  if (layersMeant.value.some(isKnown)) return [];
  const instead = layer.value === "" ? "" : `: ${layer.value} is shown`;
  return [`The address names the layer ${path}, which the shown runs do not have${instead}.`];
}

/** Also where another layer has it: what was chosen there is not silently swapped for something else here. */
function unknownWeight(): string[] {
  const props = { indexes: shownIndexes.value, layer: layer.value };
  const name = weightName.value;
  const here = props.indexes.length === shownRuns.value.length && weightsOf(props.indexes, props.layer).length > 0;
  if (viewId.value !== weights.id || name === "" || !here) return [];
  const instead = currentWeight(props);
  return instead === name ? [] : [`${props.layer} has no histograms of ${name}: ${instead} is shown.`];
}

function unknownMetric(): string[] {
  const [indexes, name] = [shownIndexes.value, metricName.value];
  if (viewId.value !== convergence.id || name === "" || indexes.length === 0 || indexes.length < shownRuns.value.length) return [];
  const instead = currentMetric(indexes);
  return instead === name ? [] : [`The shown runs logged no ${name}${instead === null ? "" : `: ${instead} is shown`}.`];
}
