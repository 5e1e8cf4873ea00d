/** A number over the epochs, with the current epoch marked; a click goes to the nearest epoch. */

import { useMemo } from "preact/hooks";
import { type Point, isolated, polyline } from "../lib/paths";
import { scaleLinear, upTo } from "../lib/scale";
import { number } from "../lib/words";
import { useWidth } from "./useWidth";

export interface CurveProps {
  steps: readonly number[];
  values: readonly number[];
  /** What the curve is compared with, drawn thin: the median of the layer. */
  reference: readonly number[];
  /** The axes, shared by all runs. */
  domain: [first: number, last: number];
  peak: number;
  current: number;
  colour: string;
  label: string;
  onPick: (step: number) => void;
}

const HEIGHT = 116;
const MARGIN = { top: 8, right: 10, bottom: 20, left: 44 };

export function Curve({ steps, values, reference, domain, peak, current, colour, label, onPick }: CurveProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  // Drawn once for all epochs: only what marks the current one moves.
  const { x, y, still } = useMemo(() => {
    const x = scaleLinear(domain, [MARGIN.left, Math.max(MARGIN.left + 1, width - MARGIN.right)]);
    const y = scaleLinear(upTo(peak, 3), [HEIGHT - MARGIN.bottom, MARGIN.top]);
    const points = (curve: readonly number[]): Point[] => curve.map((value, at) => [x(steps[at] ?? 0), y(value)]);
    const dots = (kind: string, curve: readonly Point[], radius: number) =>
      isolated(curve).map(([left, top]) => <circle key={`${kind}${left}`} class={kind} cx={left} cy={top} r={radius} fill={colour} />);
    const [own, thin] = [points(values), points(reference)];
    const still = (
      <>
        {y.ticks(3).map((tick) => (
          <g key={tick} class="axis">
            <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
            <text x={MARGIN.left - 6} y={y(tick)} dy="0.32em" text-anchor="end">{number(tick)}</text>
          </g>
        ))}
        {x.ticks(Math.max(2, Math.floor(width / 70))).filter(Number.isInteger).map((tick) => (
          <text key={tick} class="axis" x={x(tick)} y={HEIGHT - 5} text-anchor="middle">{tick}</text>
        ))}
        <path class="reference" d={polyline(thin)} />
        {dots("lone thin", thin, 1.5)}
        <path class="curve" d={polyline(own)} stroke={colour} />
        {dots("lone", own, 2.5)}
      </>
    );
    return { x, y, still };
  }, [steps, values, reference, String(domain), peak, width, colour]);
  const here = values[steps.indexOf(current)];
  const pick = (event: MouseEvent & { currentTarget: Element }) =>
    onPick(x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left));
  return (
    <div class="chart" ref={ref} style={{ height: `${HEIGHT}px` }}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={label} onClick={pick}>
          {still}
          <line class="marker" x1={x(current)} x2={x(current)} y1={MARGIN.top} y2={HEIGHT - MARGIN.bottom} />
          {here !== undefined && Number.isFinite(here) && <circle class="dot" cx={x(current)} cy={y(here)} r={3.5} />}
        </svg>
      )}
    </div>
  );
}
