/** One run's column in the Weights view. */

import { ColumnHead } from "../components/Columns";
import { type HistogramChartProps, chartHeight } from "../components/chart";
import { Heat, heatColour } from "../components/Heat";
import { Ridgeline, ridgesOf } from "../components/Ridgeline";
import { Absent, Downsampled, Failed, Loading, Note } from "../components/states";
import { countOf } from "../data/histograms";
import type { RunIndex } from "../data/index";
import { failureAt, loggedEpochs } from "../data/status";
import { shownIndex } from "../lib/steps";
import { number, plural, whole } from "../lib/words";
import { chartMode } from "../settings";
import { colours, goToStep, stepOf, timeline, titles } from "../state";
import { Notes } from "./Notes";
import { histogramsOf, sharesOf, stepsOf, weightSeries } from "./histogramData";

/** Header with source, chart, scale, notes. */
export const WEIGHT_PARTS = 4;

interface WeightColumnProps {
  index: RunIndex;
  layer: string;
  weight: string;
  extent: [number, number] | null;
  peak: number;
}

export function WeightColumn({ index, layer, weight, extent, peak }: WeightColumnProps) {
  const series = weightSeries(index, layer, weight);
  const histograms = series && histogramsOf(series);
  const asked = stepOf(index.run);
  const failure = failureAt(index, "weights", layer, asked);
  const steps = histograms ? stepsOf(histograms) : [];
  const at = shownIndex(steps, asked);
  const shown = steps[at] ?? null;
  const point = histograms?.points[at];
  const ours = series?.source === "convvis";
  const logged = Math.max(steps.length, (ours ? loggedEpochs(index, "weights", layer) : null) ?? 0);
  return (
    <>
      <ColumnHead run={index.run} shown={shown} failure={failure}>
        {histograms?.error && <Failed words={histograms.error} />}
        {steps.length > 0 && steps.length < logged && (
          <Gap kept={steps.length} logged={logged} damaged={Boolean(histograms?.error)} />
        )}
      </ColumnHead>
      {!series && <Absent words={`This run logged no histograms of ${layer}/${weight}.`} />}
      {series && !histograms && <Loading height={chartHeight()} label="loading histograms" />}
      {histograms && extent && shown !== null && (
        <Chart
          steps={steps}
          shares={sharesOf(histograms, extent)}
          extent={extent}
          domain={[timeline.value[0] ?? 0, timeline.value[timeline.value.length - 1] ?? 1]}
          peak={peak}
          current={shown}
          colour={colours.value.get(index.run) ?? "#888888"}
          label={`histograms of ${layer}/${weight}, ${titles.value.get(index.run) ?? index.run}, epoch ${shown} marked`}
          onPick={(at) => goToStep(index.run, at)}
        />
      )}
      {histograms && shown === null && (histograms.error ? <div /> : <Absent words="No epoch of this weight was kept." />)}
      {histograms && !extent && shown !== null && <Absent words="No weight is finite at any epoch." />}
      <ScaleWords peak={peak} epochs={steps.length} />
      <div class="words">
        <p class="readout">
          {point && `${whole(countOf(point.buckets))} weights${point.buckets.length > 0 ? rangeWords(point.buckets) : ""}`}
        </p>
        <Notes index={index} view="weights" step={asked} />
        {series && (
          <p class="quiet">
            {ours
              ? `Logged by ConvVis, ${plural(logged, "epoch")}.`
              : `Logged by Keras's TensorBoard callback (${series.run}), ${plural(steps.length, "epoch")} kept.`}
          </p>
        )}
      </div>
    </>
  );
}

/** Epochs that were logged and are not here. Where some are damaged it is not known how many TensorBoard kept. */
function Gap({ kept, logged, damaged }: { kept: number; logged: number; damaged: boolean }) {
  if (damaged) return <Note>{kept} of {logged} logged epochs are drawn.</Note>;
  return <Downsampled kept={kept} logged={logged} plugin="histograms" />;
}

function Chart(props: HistogramChartProps) {
  return chartMode.value === "heat" ? <Heat {...props} /> : <Ridgeline {...props} />;
}

function rangeWords(buckets: readonly [number, number, number][]): string {
  const counted = buckets.filter(([, , amount]) => amount > 0);
  const low = Math.min(...counted.map(([left]) => left));
  const high = Math.max(...counted.map(([, right]) => right));
  return counted.length > 0 ? ` from ${number(low)} to ${number(high)}` : "";
}

function ScaleWords({ peak, epochs }: { peak: number; epochs: number }) {
  const top = `${number(100 * peak)} %`;
  if (chartMode.value !== "heat") {
    const drawn = ridgesOf(epochs).length;
    return (
      <p class="quiet">
        Height: share of the weights in a bin, up to {top}; the same in all epochs and runs.
        {drawn < epochs && ` ${drawn} of ${epochs} drawn, and always the current one.`}
      </p>
    );
  }
  const stops = Array.from({ length: 9 }, (_, at) => heatColour(((at / 8) ** 2) * peak, peak));
  return (
    <div class="legend">
      <div class="bar" aria-hidden="true">
        <span>0</span>
        <i style={{ background: `linear-gradient(to right, ${stops.join(", ")})` }} />
        <span>{top}</span>
      </div>
      <p>Colour: share of the weights in a bin, on a square-root scale that all epochs and runs share.</p>
    </div>
  );
}
