/** The filter that makes a map: drawn as in the First layer view, and how its weights are distributed. */

import { useMemo } from "preact/hooks";
import { Bars } from "../components/Bars";
import type { RunIndex } from "../data/index";
import { ownName } from "../data/layerNames";
import { filterWeights } from "../lib/kernel";
import { colours } from "../state";
import { LargeFilter } from "./FilterDetail";
import { kernelLayer, panelOf, strengthsAround } from "./features";
import { type FilterReady, panelOf as filterPanelOf, scaleOf } from "./filters";
import { number } from "../lib/words";
import { useSteady } from "./useSteady";

interface KernelProps {
  index: RunIndex;
  indexes: readonly RunIndex[];
  layer: string;
  map: number;
}

export function MapKernel({ index, indexes, layer, map }: KernelProps) {
  const source = kernelLayer(index, layer);
  const panel = useSteady(filterPanelOf(index, source), `${index.run} ${source}`);
  const top = panelOf(index, layer);
  const maps = top.state === "ready" ? top.facts.of : 0;
  const shown = top.state === "ready" ? (top.series.steps[top.at] ?? 0) : 0;
  const silent = strengthsAround(index, layer, shown).now?.maps.deadShare[map];
  const words =
    panel.state === "loading" ? "" // a moment
    : panel.state === "failed" ? panel.words
    : panel.state === "absent" ? <NotLogged source={ownName(index, source)} known={top.state === "ready" && top.facts.convolution !== null} />
    : panel.facts.weight !== "kernel" || panel.kernel.filters !== maps ? "The kernel has not one filter for each map."
    : null;
  const kernel = panel.state === "ready" && words === null ? panel.kernel : null;
  // While the slider moves the kernel stays: then nothing of it is rendered again.
  const filter = useMemo(
    () =>
      panel.state === "ready" && kernel && (
        <>
          <LargeFilter panel={panel} filter={map} />
          <Weights panel={panel} {...{ index, indexes, layer, map }} />
        </>
      ),
    [kernel, index, indexes, layer, map],
  );
  return (
    <div class="map-kernel">
      <h3>
        Filter and its weights{source !== layer && ` in ${source}`} <span class="quiet">{silent !== undefined && `no response to ${number(100 * silent)}\u2009% of the pictures`}</span>
      </h3>
      {filter || <p class="quiet">{words}</p>}
    </div>
  );
}

/** By default the kernel of the first convolution is logged, and features of others are shown. */
function NotLogged({ source, known }: { source: string; known: boolean }) {
  if (!known) return <>No kernel of {source} is logged, and which convolution it follows is not known.</>;
  return (
    <>
      The kernel of {source} is not logged: ConvVis logs that of the first convolution. Attach the callbacks of the views one by one in its place,
      among them <code>FilterImages(layers=[{JSON.stringify(source)}])</code>.
    </>
  );
}

function Weights({ panel, index, indexes, layer, map }: KernelProps & { panel: FilterReady }) {
  const { kernel, display } = panel;
  const weights = useMemo(() => filterWeights(kernel, display.divisor, map), [kernel, String(display.divisor), map]);
  // Up to the largest M of the runs, at which a weight is drawn white: the same for all of them and for all epochs.
  const largest = indexes.map((other) => {
    const one = filterPanelOf(other, kernelLayer(other, layer));
    return one.state === "ready" ? (scaleOf(one).maxima[map] ?? 0) : 0;
  });
  return (
    <Bars
      values={weights}
      largest={Math.max(...largest)}
      colour={colours.value.get(index.run) ?? ""}
      label={`histogram of the ${weights.length} weights of filter ${map}`}
    />
  );
}
