/** A run's column that has nothing to draw: not yet, or not at all. */

import { ColumnHead } from "../components/Columns";
import { Absent, Failed, Loading } from "../components/states";

export type UnreadyPanel =
  | { state: "absent"; words: string; failure: string | null }
  /** `step` is the one whose record cannot be shown, where that is the matter. */
  | { state: "failed"; words: string; step: number | null; failure: string | null }
  | { state: "loading"; failure: string | null };

interface UnreadyProps {
  run: string;
  panel: UnreadyPanel;
  /** CSS pixels, and in words what is loading. */
  height: number;
  loading: string;
}

export function Unready({ run, panel, height, loading }: UnreadyProps) {
  return (
    <>
      <ColumnHead run={run} shown={panel.state === "failed" ? panel.step : null} failure={panel.failure}>
        {panel.state === "failed" && <Failed words={panel.words} />}
      </ColumnHead>
      {panel.state === "loading" && (
        <>
          <div />
          <Loading height={height} label={loading} />
        </>
      )}
      {panel.state === "absent" && <Absent words={panel.words} />}
    </>
  );
}
