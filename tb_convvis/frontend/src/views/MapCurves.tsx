/** A map's strength, and how its projection changed, over the epochs: one run's, on axes shared by all runs. */

import { useMemo } from "preact/hooks";
import { Curve } from "../components/Curve";
import { type RunIndex, findSeries } from "../data/index";
import { colours, goToStep, store, timeline } from "../state";
import { type Strength, panelOf, strengthAt } from "./features";

type Quantity = keyof Strength["medians"];

interface CurvesProps {
  index: RunIndex;
  /** All runs: their curves share the axes. */
  indexes: readonly RunIndex[];
  layer: string;
  map: number;
}

export function MapCurves(props: CurvesProps) {
  return (
    <div class="curves">
      <MapCurve {...props} what="value" title="Strength" />
      <MapCurve {...props} what="change" title="Change of the projection" />
    </div>
  );
}

function MapCurve({ index, indexes, layer, map, what, title }: CurvesProps & { what: Quantity; title: string }) {
  const arrived = store.arrivals.value;
  const own = useMemo(() => overEpochs(index, layer, map, what), [index, layer, map, what, arrived]);
  const peak = useMemo(
    () => {
      const all = indexes.map((other) => overEpochs(other, layer, map, what));
      return Math.max(0, ...all.flatMap(({ values, reference }) => [...values, ...reference]).filter(Number.isFinite));
    },
    [indexes, layer, map, what, arrived],
  );
  const panel = panelOf(index, layer);
  const steps = timeline.value;
  return (
    <div>
      <h3>
        {title} <span class="quiet">{own.values.some(Number.isFinite) ? "thin: the layer’s median" : "not known at any epoch"}</span>
      </h3>
      <Curve
        {...own}
        domain={[steps[0] ?? 0, steps[steps.length - 1] ?? 1]}
        peak={peak}
        current={(panel.state === "ready" && panel.series.steps[panel.at]) || 0}
        colour={colours.value.get(index.run) ?? "currentColor"}
        label={`${title.toLowerCase()} of map ${map} over the epochs`}
        onPick={(at) => goToStep(index.run, at)}
      />
    </div>
  );
}

/** NaN where it is not known. */
function overEpochs(index: RunIndex, layer: string, map: number, what: Quantity): { steps: number[]; values: number[]; reference: number[] } {
  const steps = findSeries(index, "strength", layer)?.steps ?? [];
  const all = steps.map((_, at) => strengthAt(index, layer, at));
  return {
    steps,
    values: all.map((strength) => strength?.maps[what][map] ?? Number.NaN),
    reference: all.map((strength) => strength?.medians[what] ?? Number.NaN),
  };
}
