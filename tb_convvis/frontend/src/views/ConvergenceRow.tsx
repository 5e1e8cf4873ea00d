/** Rows of the Convergence view: a metric or a layer, its lines over the slider's axis, and a cell for each run. */

import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { type Line, Lines } from "../components/Lines";
import type { RunIndex } from "../data/index";
import { ownName } from "../data/layerNames";
import { LOSS } from "../data/scalars";
import type { Settled } from "../lib/settled";
import { closestIndex, shownIndex } from "../lib/steps";
import { type ValueAxis, linearAxis } from "../lib/valueScale";
import { number } from "../lib/words";
import { changeMeasure, layerPath, syncAxis, viewId } from "../settings";
import { colours, goTo, placeOf, position, stepOf, store, ticks, titles } from "../state";
import { changesOf } from "./changes";
import { scalarArrivals, scalarsOf } from "./scalarData";

/** What all rows share. */
export interface Plot {
  indexes: readonly RunIndex[];
  width: number;
  /** Of a row, in CSS pixels. */
  height: number;
  domain: readonly [number, number];
  gridlines: readonly number[];
  hovered: number | null;
  /** The pointer is at a place of a row; `words` say what is there. */
  onHover: (at: { place: number; words: string } | null) => void;
}

/** A line with what is told of its points. */
interface ToldLine extends Line {
  name: string;
  steps: readonly number[];
}

/** Dashes tell runs apart where colours do not, in the order of the columns. */
export const DASHES = ["", "7 3", "2 2.5", "9 3 2 3"];

/** Where steps of a run stand on the axis; what lies outside of what the run logged has no place on most axes. */
function placesOf(run: string, steps: readonly number[]): number[] {
  const own = ticks.value.find((one) => one.run === run)?.steps ?? [];
  const [first, last] = syncAxis.value === "epoch" ? [-Infinity, Infinity] : [own[0] ?? 0, own[own.length - 1] ?? 0];
  return steps.map((step) => (step < first || step > last ? null : placeOf(run, step)) ?? Number.NaN);
}

function colourOf(run: string): string {
  return colours.value.get(run) ?? "currentColor";
}

/** "fast epoch 7: 0.12" for each line, at its point nearest to the place. */
function tell(lines: readonly ToldLine[], place: number): string {
  return lines
    .flatMap(({ name, xs, ys, steps }) => {
      const known = xs.map((_, at) => at).filter((at) => Number.isFinite(ys[at]) && Number.isFinite(xs[at]));
      const at = known[closestIndex(known.map((one) => xs[one] as number), place)];
      return at === undefined ? [] : [`${name} epoch ${steps[at]}: ${number(ys[at] ?? Number.NaN)}`];
    })
    .join(" · ");
}

interface RowProps extends Plot {
  name: string;
  head?: ComponentChildren;
  lines: readonly ToldLine[];
  axis: ValueAxis;
  /** Stands there where there is nothing to draw. */
  empty: ComponentChildren;
  cell: (index: RunIndex) => ComponentChildren;
}

function Row({ name, head, lines, axis, empty, cell, indexes, onHover, ...plot }: RowProps) {
  const drawn = lines.some(({ ys }) => ys.some(Number.isFinite));
  return (
    <tr>
      <th scope="row">{head ?? name}</th>
      <td class="plot">
        {!drawn ? <p class="quiet">{empty}</p> : plot.width > 0 && (
          <Lines
            {...plot}
            lines={lines}
            axis={axis}
            current={position.value}
            label={`${name} over the training`}
            onHover={(place) => onHover(place === null ? null : { place, words: `${name}: ${tell(lines, place)}` })}
            onPick={goTo}
          />
        )}
      </td>
      {indexes.map((index) => (
        <td key={index.run}>{cell(index)}</td>
      ))}
    </tr>
  );
}

/** How many round values are written beside a row. */
function marksIn(height: number): number {
  return Math.max(3, Math.round(height / 45));
}

export function MetricRow({ name, ...plot }: Plot & { name: string }) {
  const { indexes } = plot;
  const lines = useMemo(
    () =>
      indexes.flatMap(({ run, ...rest }, place) =>
        scalarsOf({ run, ...rest }, name).map(({ series, values }): ToldLine => {
          const points = values?.points ?? [];
          const steps = points.map(({ step }) => step);
          return {
            key: `${run} ${series.source}`, name: `${titles.value.get(run) ?? run} ${series.source}`, colour: colourOf(run),
            dash: DASHES[place] ?? "", thin: series.source === "train", steps,
            xs: placesOf(run, steps), ys: points.map(({ value }) => value ?? Number.NaN),
          };
        }),
      ),
    [indexes, name, scalarArrivals.value, ticks.value, colours.value],
  );
  const axis = useMemo(() => linearAxis(lines.flatMap(({ ys }) => ys), false, marksIn(plot.height)), [lines, plot.height]);
  const cell = (index: RunIndex) => {
    const [train, validation] = ["train", "validation"].map((source) => {
      const points = scalarsOf(index, name).find(({ series }) => series.source === source)?.values?.points ?? [];
      const at = shownIndex(points.map(({ step }) => step), stepOf(index.run));
      const value = points[at]?.value;
      return value == null ? null : number(value);
    });
    if (!train && !validation) return <span class="quiet">–</span>;
    return (
      <>
        <b>{validation ?? train}</b>
        <small>{validation && train ? `train ${train}` : validation ? "validation" : "train"}</small>
      </>
    );
  };
  const logged = indexes.some(({ scalars }) => scalars.some((series) => series.name === name));
  const empty = logged ? "No value is here." : (
    <>
      Attach <code>keras.callbacks.TensorBoard</code> to see {name === LOSS ? "loss and accuracy" : name} here.
    </>
  );
  return <Row {...plot} name={name} lines={lines} axis={axis} cell={cell} empty={empty} />;
}

const STATES = { moving: "not settled", still: "no change", few: "too few logs" };

function settledWords(settled: Settled): string {
  return settled.state === "settled" ? `settled at ${settled.step}` : STATES[settled.state];
}

/** @param axis that of all layers; null where each has its own */
export function LayerRow({ layer, axis, ...plot }: Plot & { layer: string; axis: ValueAxis | null }) {
  const { indexes } = plot;
  const lines = useMemo(
    () =>
      indexes.flatMap((index, place): ToldLine[] => {
        const changes = changesOf(index, layer);
        if (!changes) return [];
        const { run } = index;
        const { steps, values, settled } = changes;
        return [{
          key: run, name: titles.value.get(run) ?? run, colour: colourOf(run), dash: DASHES[place] ?? "", steps,
          xs: placesOf(run, steps), ys: values,
          ...(settled.state === "settled" ? { ring: placesOf(run, [settled.step])[0] ?? Number.NaN } : {}),
        }];
      }),
    [indexes, layer, changeMeasure.value, store.arrivals.value, ticks.value, colours.value],
  );
  const own = useMemo(() => linearAxis(lines.flatMap(({ ys }) => ys), true, marksIn(plot.height)), [lines, plot.height]);
  const cell = (index: RunIndex) => {
    const changes = changesOf(index, layer);
    if (!changes) return <span class="quiet">not logged</span>;
    const now = changes.values[shownIndex(changes.steps, stepOf(index.run))] ?? Number.NaN;
    const { state } = changes.settled;
    const own = ownName(index, layer);
    return (
      <>
        <b class={state}>{settledWords(changes.settled)}</b>
        <small>{Number.isFinite(now) ? `now ${number(now)}` : "\u00a0"}</small>
        {own !== layer && <small>{own} here</small>}
      </>
    );
  };
  const most = Math.max(...lines.map(({ steps }) => steps.length));
  const empty = most < 2 ? "One log: there is none before it to compare with." : "Not logged for this layer: choose another measure.";
  const toFeatures = () => {
    layerPath.value = layer;
    viewId.value = "features";
  };
  const head = (
    <button type="button" class="link" title="See the features of this layer" onClick={toFeatures}>
      {/* Keras's own names, such as batch_normalization_12, are too long for the column: they break at a word. */}
      {layer.split(/(?<=[_/])/).map((word, at) => [at > 0 && <wbr />, word])}
    </button>
  );
  return <Row {...plot} name={layer} head={head} lines={lines} axis={axis ?? own} cell={cell} empty={empty} />;
}
