/** Pictures over the epochs: a row for each run, a column for each epoch; a click goes to the epoch. */

import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Segmented } from "../components/Segmented";
import type { RunIndex } from "../data/index";
import { closestIndex, unionSteps } from "../lib/steps";
import { spacingMode } from "../settings";
import { colours, goToStep, stepOf, titles } from "../state";
import { stripSteps } from "./stripSteps";

/** CSS pixels: side of a tile, and least width of a column, in which an epoch's number finds room. */
export const TILE = 44;
const COLUMN = 34;
const GAP = 5;
const COLUMN_WIDTH = Math.max(TILE, COLUMN);
/** From the top of one run's row to that of the next. */
const ROW = TILE + 8;

/** Where a column begins, in CSS pixels. */
export function columnAt(column: number): number {
  return column * (COLUMN_WIDTH + GAP);
}

/** Size of the canvas of a row, in device pixels, and where a tile of a width stands in it. */
export function rowSize(columns: number, dpr: number): { width: number; height: number } {
  return { width: Math.round((columnAt(columns) - GAP) * dpr), height: Math.round(TILE * dpr) };
}

export function tileAt(column: number, height: number, width: number, dpr: number): [left: number, top: number] {
  return [Math.round((columnAt(column) + COLUMN_WIDTH / 2) * dpr - width / 2), Math.round((TILE * dpr - height) / 2)];
}

interface EpochStripProps {
  indexes: readonly RunIndex[];
  /** What is shown, and the label of all of it. */
  title: string;
  label: string;
  /** Epochs of a run that there is something of. */
  stepsOf: (index: RunIndex) => readonly number[];
  /** Stands in the header, behind the title. */
  children?: ComponentChildren;
  row: (index: RunIndex, steps: readonly number[]) => ComponentChildren;
}

export function EpochStrip({ indexes, title, label, stepsOf, children, row }: EpochStripProps) {
  const spacing = spacingMode.value;
  const runs = indexes.map(stepsOf);
  const { steps, logged } = useMemo(() => ({ steps: stripSteps(runs), logged: unionSteps(runs).length }), [...runs, spacing]);
  // Runs that are not kept in step by the epoch stand at different ones.
  const marks = indexes.map(({ run }) => closestIndex(steps, stepOf(run)));
  const together = marks.every((mark) => mark === marks[0]);
  const here = marks[0] ?? -1;
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = scroller.current;
    const column = box?.querySelector<HTMLElement>("[data-here]");
    if (!box || !column) return;
    const [left, right] = [column.offsetLeft, column.offsetLeft + column.offsetWidth];
    if (left < box.scrollLeft) box.scrollLeft = left;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
  }, [here, steps.length]);
  return (
    <section class="strip" aria-label={label}>
      <header>
        <h3>
          {title} {steps.length < logged && <span class="quiet">{steps.length} of {logged} shown</span>}
        </h3>
        {children}
        <span class="spring" />
        <Segmented
          label="Epochs"
          value={spacing}
          onChange={(value) => (spacingMode.value = value)}
          choices={[
            { value: "all", text: "all", title: "Every logged epoch" },
            { value: "log", text: "1, 2, 5, …", title: "Fewer and fewer, as most happens at first" },
          ]}
        />
      </header>
      <div class="film">
        <ul>
          {indexes.map(({ run }) => (
            <li key={run} title={run}>
              <span class="dot" style={{ background: colours.value.get(run) ?? "" }} />
              <span>{titles.value.get(run) ?? run}</span>
            </li>
          ))}
        </ul>
        <div class="scroller" role="group" aria-label={title} tabIndex={0} ref={scroller}>
          <div class="epochs" style={{ width: `${columnAt(steps.length) - GAP}px` }} onClick={(event) => pick(event, steps, indexes)} data-columns={steps.length}>
            {indexes.map((index) => row(index, steps))}
            <div class="numbers" aria-hidden="true">
              {steps.map((at, column) => (
                <span key={at} class={marks.includes(column) ? "current" : ""} style={{ left: `${columnAt(column)}px`, width: `${COLUMN_WIDTH}px` }}>
                  {at}
                </span>
              ))}
            </div>
            {(together ? marks.slice(0, 1) : marks).map((mark, row) => mark >= 0 && (
              <div
                key={row}
                class="column-mark"
                data-here
                style={{
                  left: `${columnAt(mark) - 3}px`, width: `${COLUMN_WIDTH + 6}px`,
                  ...(together ? {} : { top: `${row * ROW - 3}px`, height: `${TILE + 6}px` }),
                }}
              />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

function pick(event: MouseEvent & { currentTarget: HTMLElement }, steps: readonly number[], indexes: readonly RunIndex[]): void {
  const box = event.currentTarget.getBoundingClientRect();
  const found = steps[Math.min(Math.floor((event.clientX - box.left) / columnAt(1)), steps.length - 1)];
  const row = Math.min(Math.floor((event.clientY - box.top) / ROW), indexes.length - 1);
  if (found !== undefined) goToStep(indexes[row]?.run ?? "", found);
}

/** What is to be said of a run's tile at an epoch: its class, and in words. */
export type Marked = readonly [name: string, words: string, content?: ComponentChildren] | null;

export const LACKING: Marked = ["lacking", "not logged at this epoch"];

/** Signs over the tiles of a row. */
export function marksOf(steps: readonly number[], markAt: (step: number) => Marked): ComponentChildren {
  return steps.map((at, column) => {
    const mark = markAt(at);
    if (!mark) return null;
    const [name, words, content] = mark;
    const style = { left: `${columnAt(column)}px`, width: `${COLUMN_WIDTH}px`, height: `${TILE}px` };
    return (
      <i key={at} class={`mark ${name}`} title={words} style={style}>
        {content}
      </i>
    );
  });
}
