/** Runs side by side: a column each, with its parts on common lines. */

import type { ComponentChildren } from "preact";
import type { RunIndex } from "../data/index";
import { colours, step, titles } from "../state";

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
        <section key={index.run} class="column" aria-label={titles.value.get(index.run) ?? index.run}>
          {children(index)}
        </section>
      ))}
    </div>
  );
}

/** The run's name, and which epoch is shown where it is not the one asked for. */
export function RunHeader({ run, shown }: { run: string; shown: number | null }) {
  const title = titles.value.get(run) ?? run;
  const other = shown !== null && shown !== step.value;
  return (
    <header class="run-header">
      <span class="dot" style={{ background: colours.value.get(run) ?? "" }} />
      <h2 title={run}>{title}</h2>
      {shown !== null && (
        <span class={other ? "shown other" : "shown"}>
          {other ? `showing ${shown}, asked ${step.value}` : `epoch ${shown}`}
        </span>
      )}
    </header>
  );
}
