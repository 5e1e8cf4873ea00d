/** The colours of a scale with the numbers at its ends, and in words how it was chosen. */

import type { Scale } from "../lib/heatmap";
import { number } from "../lib/words";

const STOPS = 9;

export function ScaleBar({ scale: { low, high, colour }, words }: { scale: Scale; words: string }) {
  const stops = Array.from({ length: STOPS }, (_, at) => colour(at / (STOPS - 1)));
  return (
    <p class="scale-bar">
      <span>
        {number(low)}
        <i style={{ background: `linear-gradient(to right, ${stops.join()})` }} />
        {number(high)}
      </span>
      <small title={words}>{words}</small>
    </p>
  );
}
