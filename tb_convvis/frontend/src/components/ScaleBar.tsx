/** The colours of a scale with the numbers at its ends, and in words how it was chosen. */

import type { Scale } from "../lib/heatmap";
import { number } from "../lib/words";

const STOPS = 9;

interface ScaleBarProps {
  scale: Scale;
  words: string;
  /** A value that is marked. */
  mark?: number;
  say?: (value: number) => string;
}

export function ScaleBar({ scale: { low, high, colour }, words, mark, say = number }: ScaleBarProps) {
  const stops = Array.from({ length: STOPS }, (_, at) => colour(at / (STOPS - 1)));
  return (
    <p class="scale-bar">
      <span>
        {say(low)}
        <i style={{ background: `linear-gradient(to right, ${stops.join()})` }}>
          {mark !== undefined && <b style={{ left: `${(100 * (mark - low)) / (high - low)}%` }} title={say(mark)} />}
        </i>
        {say(high)}
      </span>
      <small>{words}</small>
    </p>
  );
}
