/** A histogram of a few numbers around zero. */

import { scaleLinear } from "../lib/scale";
import { useMemo } from "preact/hooks";
import { number } from "../lib/words";
import { useWidth } from "./useWidth";

interface BarsProps {
  values: readonly number[];
  /** The axis goes from minus to plus this. */
  largest: number;
  colour: string;
  label: string;
}

const HEIGHT = 96;
const BASE = HEIGHT - 20;
/** Odd: weights around zero stand in the middle bar. */
const BINS = 25;

export function Bars({ values, largest, colour, label }: BarsProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const drawn = useMemo(() => barsOf(values, largest || 1, width, colour, label), [values, largest, width, colour, label]);
  return (
    <div class="chart" ref={ref} style={{ height: `${HEIGHT}px` }}>
      {width > 0 && drawn}
    </div>
  );
}

function barsOf(values: readonly number[], most: number, width: number, colour: string, label: string) {
  const counts = new Array<number>(BINS).fill(0);
  for (const value of values) counts[Math.max(0, Math.min(BINS - 1, Math.floor(((value / most + 1) / 2) * BINS)))]!++;
  const x = scaleLinear([-most, most], [6, Math.max(7, width - 6)]);
  const tall = scaleLinear([0, Math.max(1, ...counts)], [0, BASE - 6]);
  const step = (x(most) - x(-most)) / BINS;
  return (
    <svg class="bars" width={width} height={HEIGHT} role="img" aria-label={label} data-counts={counts.join()}>
      {counts.map((count, bin) => (
        <rect key={bin} x={x(-most) + bin * step + 0.5} y={BASE - tall(count)} width={Math.max(0.5, step - 1)} height={tall(count)} fill={colour} />
      ))}
      <line class="base" x1={x(-most)} x2={x(most)} y1={BASE} y2={BASE} />
      {[-most, 0, most].map((tick, at) => (
        <text key={at} class="axis" x={x(tick)} y={HEIGHT - 5} text-anchor={["start", "middle", "end"][at]}>{number(tick)}</text>
      ))}
    </svg>
  );
}
