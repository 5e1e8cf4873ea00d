/** Runs side by side: a column each, with its parts on common lines. */

import type { ComponentChildren } from "preact";
import type { RunIndex, Series } from "../data/index";
import { ownName } from "../data/layerNames";
import { layer } from "../layers";
import { placeWords } from "../lib/axis";
import { syncAxis } from "../settings";
import { colours, indexes, placeOf, position, positions, shownIndexes, titles } from "../state";
import { Downsampled, Failed } from "./states";

export interface ColumnsProps {
  indexes: readonly RunIndex[];
  /** How many parts a column has: each stands in a row that all columns share. */
  parts: number;
  children: (index: RunIndex) => ComponentChildren;
}

export function Columns({ indexes, parts, children }: ColumnsProps) {
  return (
    <div class="columns" style={{ "--columns": indexes.length, "--parts": parts }}>
      {indexes.map((index) => (
        <section key={index.run} role="group" class="column" data-run={index.run} aria-label={titles.value.get(index.run) ?? index.run}>
          {children(index)}
        </section>
      ))}
    </div>
  );
}

interface ColumnHeadProps {
  run: string;
  /** The epoch that is shown; null where there is none. */
  shown: number | null;
  /** Why the view logged nothing at the step. */
  failure?: string | null;
  /** Says of these records how many of them TensorBoard kept. */
  series?: Series;
  children?: ComponentChildren;
}

/** The run's name, which epoch is shown where it is not the one asked for, and what of the run cannot be read. */
export function ColumnHead({ run, shown, failure, series, children }: ColumnHeadProps) {
  const title = titles.value.get(run) ?? run;
  const problem = indexes.value?.find((index) => index.run === run)?.problem;
  const kept = series?.steps.length ?? 0;
  const logged = series?.logged ?? kept;
  return (
    <div class="column-head">
      <header class="run-header">
        <span class="dot" style={{ background: colours.value.get(run) ?? "" }} />
        <h2 title={run}>{title}</h2>
        {shown !== null && <Shown run={run} step={shown} />}
      </header>
      <OwnName run={run} />
      {problem && <Unreadable words={problem} />}
      {failure && <Failed words={failure} />}
      {logged > kept && <Downsampled kept={kept} logged={logged} />}
      {children}
    </div>
  );
}

/** What the layer that is looked at is called in this run, where that is another name than the one shown. */
function OwnName({ run }: { run: string }) {
  const index = shownIndexes.value.find((one) => one.run === run);
  const own = ownName(index ?? {}, layer.value);
  return own === layer.value ? null : <p class="own-name">{own} here</p>;
}

/** Which epoch of a run is shown, and where the slider stands if that is another place on its axis. */
export function Shown({ run, step }: { run: string; step: number }) {
  const axis = syncAxis.value;
  const place = placeOf(run, step);
  const at = place === null ? "no time logged" : placeWords(axis, place);
  const asked = placeWords(axis, position.value);
  // By the words: times of two runs are never the same to the last digit.
  const other = positions.value.length > 0 && at !== asked;
  const epoch = axis === "epoch" ? String(step) : `epoch ${step} (${at})`;
  return (
    <span class={other ? "shown other" : "shown"}>
      {other ? `showing ${epoch}, asked ${asked}` : axis === "epoch" ? `epoch ${step}` : epoch}
    </span>
  );
}

/** What of a run's index is left out because it does not fit. */
export function Unreadable({ words }: { words: string }) {
  return <Failed words={`damaged index, of which this is left out: ${words}`} />;
}
