/** Runs side by side: a column each, with its parts on common lines. */

import type { ComponentChildren } from "preact";
import type { RunIndex, Series } from "../data/index";
import { colours, indexes, step, titles } from "../state";
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
        <section key={index.run} class="column" data-run={index.run} aria-label={titles.value.get(index.run) ?? index.run}>
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
  const other = shown !== null && shown !== step.value;
  const problem = indexes.value?.find((index) => index.run === run)?.problem;
  const kept = series?.steps.length ?? 0;
  const logged = series?.logged ?? kept;
  return (
    <div class="column-head">
      <header class="run-header">
        <span class="dot" style={{ background: colours.value.get(run) ?? "" }} />
        <h2 title={run}>{title}</h2>
        {shown !== null && (
          <span class={other ? "shown other" : "shown"}>
            {other ? `showing ${shown}, asked ${step.value}` : `epoch ${shown}`}
          </span>
        )}
      </header>
      {problem && <Unreadable words={problem} />}
      {failure && <Failed words={failure} />}
      {logged > kept && <Downsampled kept={kept} logged={logged} />}
      {children}
    </div>
  );
}

/** What of a run's index is left out because it does not fit. */
export function Unreadable({ words }: { words: string }) {
  return <Failed words={`damaged index, of which this is left out: ${words}`} />;
}
