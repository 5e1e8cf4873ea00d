/** A scale of colours in a figure, with the numbers at its ends. */

import { type Item, box } from "../export/figure";
import type { Scale } from "../lib/heatmap";

const STOPS = 64;
const BLACK = { colour: "#000000", alpha: 1 };

/** @param mark a value that is marked */
export function scaleBar(scale: Scale, say: (value: number) => string, text: number, mark?: number) {
  return (left: number, top: number, width: number): { items: Item[]; bottom: number } => {
    const { low, high, colour } = scale;
    const height = Math.round(0.7 * text);
    const ramp = new OffscreenCanvas(STOPS, 1);
    const context = ramp.getContext("2d");
    for (let stop = 0; stop < STOPS && context; stop++) {
      context.fillStyle = colour(stop / (STOPS - 1));
      context.fillRect(stop, 0, 1, 1);
    }
    const place = { left, top, width, height };
    const size = Math.round(0.85 * text);
    const y = top + height + size + 2;
    const at = mark === undefined ? null : left + ((mark - low) / (high - low)) * width;
    return {
      items: [
        { kind: "picture", picture: ramp, from: { left: 0, top: 0, width: STOPS, height: 1 }, to: place },
        box(place, { stroke: BLACK, width: Math.max(0.5, text / 24) }),
        ...(at === null ? [] : [{ kind: "path", d: `M0 ${-0.2 * text}v${height + 0.4 * text}`, x: at, y: top, stroke: BLACK, width: text / 8 } as const]),
        { kind: "text", text: say(low), x: left, y, size },
        { kind: "text", text: say(high), x: left + width, y, size, anchor: "end" },
      ],
      bottom: y + Math.round(0.3 * text),
    };
  };
}
