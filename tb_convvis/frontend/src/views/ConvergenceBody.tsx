/** View: how much every layer still changes, beside loss and accuracy, and when each had settled. */

import { useMemo, useState } from "preact/hooks";
import { Shown, Unreadable } from "../components/Columns";
import { MARGIN, pixelOf } from "../components/Lines";
import { Segmented } from "../components/Segmented";
import { Select } from "../components/Select";
import { Downsampled, Note } from "../components/states";
import { useWidth } from "../components/useWidth";
import { windowHeight } from "../components/windowHeight";
import { type RunIndex, findSeries } from "../data/index";
import { metricsOf } from "../data/scalars";
import { axisEnd, axisTicks, placeWords } from "../lib/axis";
import { FEWEST_LOGS, FEWEST_QUIET, QUIET_SHARE } from "../lib/settled";
import { logAxis } from "../lib/valueScale";
import { type Measure, changeMeasure, changeScale, metricName, syncAxis } from "../settings";
import { inOrder } from "../layers";
import { colours, positions, shownAt, store, titles } from "../state";
import { changeLayers, changesOf } from "./changes";
import { DASHES, LayerRow, MetricRow, type Plot } from "./ConvergenceRow";
import { currentMetric, loadScalars, scalarsOf, shownMetrics } from "./scalarData";
import type { PanelProps, ViewBody } from "./view";

/** Height of a row in CSS pixels: the limits, and what stands above and below all of them. */
const LOW = 62;
const HIGH = 260;
const AROUND = 330;

const MEASURES: Record<Measure, string> = {
  weights: "1 − cosine of the kernel with that of the log before",
  projections: "1 − cosine of a picture’s projection with that of the log before, median over the maps",
  jumps: "share of the maps alive at both logs that have another strongest picture than at the log before",
};

function Toolbar({ indexes }: PanelProps) {
  const metrics = metricsOf(indexes);
  return (
    <>
      <Segmented
        label="Change of"
        value={changeMeasure.value}
        onChange={(value) => (changeMeasure.value = value)}
        choices={(["weights", "projections", "jumps"] as const).map((value) => ({ value, text: value, title: MEASURES[value] }))}
      />
      <Segmented
        label="Scale"
        value={changeScale.value}
        onChange={(value) => (changeScale.value = value)}
        choices={[
          { value: "linear", text: "linear", title: "Each layer on a scale of its own, from zero" },
          { value: "log", text: "log", title: "All layers on one logarithmic scale; zero stands below it" },
        ]}
      />
      {metrics.length > 0 && (
        <Select label="Metric" options={metrics} value={currentMetric(indexes) ?? ""} onChange={(value) => (metricName.value = value)} />
      )}
    </>
  );
}

function Panel({ indexes }: PanelProps) {
  const [ref, room] = useWidth<HTMLDivElement>();
  const name = Math.max(70, Math.min(150, 0.11 * room));
  const cell = Math.max(78, Math.min(140, (0.44 * room) / indexes.length));
  const width = Math.floor(room - name - cell * indexes.length);
  const [hovered, setHovered] = useState<{ place: number; words: string } | null>(null);
  const axis = syncAxis.value;
  const first = positions.value[0] ?? 0;
  const end = axisEnd(axis, first, positions.value[positions.value.length - 1] ?? 0);
  const labels = axisTicks(axis, first, end, width - MARGIN.left);
  const all = inOrder(changeLayers(indexes));
  const shared = useMemo(
    () => (changeScale.value === "log" ? logAxis(all.flatMap((layer) => indexes.flatMap((index) => changesOf(index, layer)?.values ?? []))) : null),
    [indexes, changeScale.value, changeMeasure.value, store.arrivals.value],
  );
  const rows = shownMetrics(indexes).length + all.length;
  const height = Math.round(Math.max(LOW, Math.min(HIGH, (windowHeight.value - AROUND) / Math.max(1, rows))));
  const plot: Plot = { indexes, width, height, domain: [first, end], gridlines: labels, hovered: hovered?.place ?? null, onHover: setHovered };
  return (
    <div ref={ref}>
      <p class="readout">{hovered?.words ?? <span class="quiet">Point at a line for its values; a click goes there.</span>}</p>
      <table class="chart convergence">
        <thead class={axis}>
          <tr>
            <th scope="col" style={{ width: `${name}px` }}>Layer</th>
            <th scope="col" class="plot">
              <span class="visually-hidden">Over the epochs</span>
              {room > 0 && (
                <svg width={width} height={18} aria-hidden="true">
                  {labels.map((place) => (
                    <text key={place} x={pixelOf(place, plot.domain, width)} y={13} text-anchor="middle">{placeWords(axis, place)}</text>
                  ))}
                </svg>
              )}
            </th>
            {indexes.map((index, place) => (
              <th key={index.run} scope="col" style={{ width: `${cell}px` }}>
                <RunHead index={index} dash={DASHES[place] ?? ""} layers={all} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shownMetrics(indexes).map((name) => <MetricRow key={name} {...plot} name={name} />)}
        </tbody>
        <tbody>
          {all.map((layer) => <LayerRow key={layer} {...plot} layer={layer} axis={shared} />)}
        </tbody>
      </table>
      <div class="words">
        <p class="quiet">
          Metrics: Keras’s <code>epoch_…</code> scalars, validation thick, training thin. Layers: {MEASURES[changeMeasure.value]}, divided by the epochs
          in between.
        </p>
        <p class="quiet">
          <i class="ring" /> Settled at the first log after which the change per epoch stays below {100 * QUIET_SHARE} % of its largest to the end, over at
          least {FEWEST_QUIET} later logs; not said of fewer than {FEWEST_LOGS} logs.
        </p>
        <Problems indexes={indexes} layers={all} />
      </div>
    </div>
  );
}

function RunHead({ index, dash, layers }: { index: RunIndex; dash: string; layers: readonly string[] }) {
  const { run } = index;
  const series = layers.flatMap((layer) => findSeries(index, "strength", layer) ?? [])[0];
  const shown = series?.steps[shownAt(series)];
  return (
    <>
      <svg width={26} height={8} aria-hidden="true">
        <path d="M0 4H26" stroke={colours.value.get(run) ?? "currentColor"} stroke-dasharray={dash} />
      </svg>
      <span title={run}>{titles.value.get(run) ?? run}</span>
      {shown !== undefined && <Shown run={run} step={shown} />}
    </>
  );
}

/** What of the runs is not drawn, and why. */
function Problems({ indexes, layers }: { indexes: readonly RunIndex[]; layers: readonly string[] }) {
  return (
    <>
      {indexes.map((index) => {
        const title = titles.value.get(index.run) ?? index.run;
        const sampled = layers.flatMap((layer) => findSeries(index, "strength", layer) ?? []).find(({ steps, logged }) => (logged ?? 0) > steps.length);
        return (
          <>
            {index.problem && <Unreadable words={`${title}: ${index.problem}`} />}
            {layers.map((layer) => {
              const problem = changesOf(index, layer)?.problem;
              return problem && <Note key={layer}>{title}, {layer}: {problem}</Note>;
            })}
            {sampled && <Downsampled kept={sampled.steps.length} logged={sampled.logged ?? 0} />}
            {shownMetrics(indexes).flatMap((name) => scalarsOf(index, name)).map(({ series, values }) => {
              const missing = values && (values.error ?? (values.kept > values.points.length && `${values.points.length} of ${values.kept} values are drawn.`));
              return missing && <Note key={series.tag}>{series.run}, {series.tag}: {missing}</Note>;
            })}
          </>
        );
      })}
    </>
  );
}

export const body: ViewBody = {
  help: {
    shows: [
      "How much each layer changed per epoch since the log before, below loss and a metric, all on the axis of the slider. Layers stand in the order of the network; a cell says when one had settled.",
    ],
    read: [
      "Rings that move to the right going down: lower layers converge first, as Zeiler & Fergus (2013) saw.",
      "Upper layers not settled at the end: longer training may pay.",
      "No change: the layer is frozen, or gradients do not reach it.",
    ],
    cannot: [
      "Whether what a layer settled on is any good.",
      "What happens between two logs: there and back is no change at all. Growth alone is none either, since directions are compared.",
      "Which training the metrics are of, where several were logged into one directory.",
    ],
  },
  load: loadScalars,
  Toolbar,
  Panel,
};
