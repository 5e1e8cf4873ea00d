/** What a run says beside an epoch of a view: what was sampled, could not be written, or was left out. */

import { Note } from "../components/states";
import type { RunIndex } from "../data/index";
import { statusAt } from "../data/status";

export function Notes({ index, view, step }: { index: RunIndex; view: string; step: number }) {
  return (
    <>
      {statusAt(index, view, step).notes.map((note) => (
        <Note key={note}>{note}</Note>
      ))}
    </>
  );
}
