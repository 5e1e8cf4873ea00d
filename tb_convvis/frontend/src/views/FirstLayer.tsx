/** View: the kernels that look at the picture itself, as pictures. */

import { useEffect, useRef } from "preact/hooks";
import { Columns } from "../components/Columns";
import { Icon } from "../components/Icon";
import { Segmented } from "../components/Segmented";
import { Unlogged } from "../components/states";
import { useFocusBack } from "../components/useFocusBack";
import { canColour } from "../lib/kernel";
import { colourMode, openFilter, scaleMode } from "../settings";
import { FilterDetail, DETAIL_PARTS } from "./FilterDetail";
import { FilterColumn, GRID_PARTS } from "./FilterColumn";
import { filterWants, followStep, loadKernels, panelOf } from "./filters";
import { type PanelProps, type View, layersOf } from "./view";

function Toolbar({ indexes, layer }: PanelProps) {
  const panels = indexes.map((index) => panelOf(index, layer));
  const colour = panels.some((panel) => panel.state === "ready" && canColour(panel.facts, panel.kernel.channels));
  return (
    <>
      <Segmented
        label="Scale"
        value={scaleMode.value}
        onChange={(value) => (scaleMode.value = value)}
        choices={[
          { value: "layer", text: "per layer", title: "One scale for all filters: shows which of them dominate" },
          { value: "filter", text: "per filter", title: "Each filter on its own scale: shows the shape of the weak ones" },
        ]}
      />
      {colour && (
        <Segmented
          label="Channels"
          value={colourMode.value}
          onChange={(value) => (colourMode.value = value)}
          choices={[
            { value: "colour", text: "colour", title: "Red, green and blue weights as one colour" },
            { value: "grey", text: "apart", title: "A grey tile for each of red, green and blue" },
          ]}
        />
      )}
    </>
  );
}

function Panel({ indexes, layer }: PanelProps) {
  const open = openFilter.value;
  return (
    <>
      <Columns indexes={indexes} parts={GRID_PARTS}>
        {(index) => <FilterColumn index={index} layer={layer} />}
      </Columns>
      {open !== null && <Enlarged indexes={indexes} layer={layer} filter={open} />}
    </>
  );
}

function Enlarged({ indexes, layer, filter }: PanelProps & { filter: number }) {
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    ref.current?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }, [filter]);
  useFocusBack(ref, `.filter-grid [data-cell="${filter}"]`);
  const count = Math.max(
    0,
    ...indexes.map((index) => {
      const panel = panelOf(index, layer);
      return panel.state === "ready" ? panel.kernel.filters : 0;
    }),
  );
  return (
    <section class="enlarged" ref={ref} aria-label={`filter ${filter} enlarged`}>
      <header>
        <h2>Filter {filter}</h2>
        <span class="quiet">{layer}</span>
        <span class="spring" />
        <button type="button" class="plain" aria-label="previous filter" disabled={filter <= 0} onClick={() => (openFilter.value = filter - 1)}>
          <Icon name="previous" />
        </button>
        <button type="button" class="plain" aria-label="next filter" disabled={filter >= count - 1} onClick={() => (openFilter.value = filter + 1)}>
          <Icon name="next" />
        </button>
        <button type="button" class="plain" aria-label="close the enlarged filter" onClick={() => (openFilter.value = null)}>
          <Icon name="close" />
        </button>
      </header>
      <Columns indexes={indexes} parts={DETAIL_PARTS}>
        {(index) => <FilterDetail index={index} indexes={indexes} layer={layer} filter={filter} />}
      </Columns>
    </section>
  );
}

function Nothing() {
  return <Unlogged what="filters" view="filters" words="FilterImages logs the kernels of the first convolution, and so does ConvVis" pictures={false} />;
}

export const firstLayer: View = {
  id: "filters",
  title: "First layer",
  help: {
    shows: [
      "The weights of a convolution as pictures, one tile per filter, at the chosen epoch. Mid-grey is a weight of zero; brighter is positive, darker negative.",
      "Filters that look at a colour picture are drawn in colour: a filter is drawn in the colours it answers to. All others are drawn as one grey tile per input channel.",
    ],
    read: [
      "Healthy first layers show a varied set of edges, gratings and colour blobs that complement each other.",
      "Noise that stays: not converged yet, or learning rate or weight decay are off.",
      "One filter far brighter than the rest dominates: its size (RMS) is more than 5 times the median. Renormalising the filters helps.",
      "Flat grey filters are dead: RMS below a thousandth of the median. Lower the learning rate, or check the initialisation.",
      "The scale is fixed over the epochs, so growth is seen as growing contrast. “Per filter” shows the shape of weak ones, but hides which are weak.",
    ],
    cannot: [
      "What deeper layers respond to: their weights act on maps, not on the picture, and are not pictures of anything.",
      "Whether a filter matters for the answer: a clear pattern may go unused.",
      "Filter 7 of one run has no relation to filter 7 of another, unless both began with the same weights.",
    ],
  },
  layers: (indexes) => layersOf(indexes, "filters"),
  wants: filterWants,
  follows: followStep,
  load: loadKernels,
  Toolbar,
  Panel,
  Nothing,
};
