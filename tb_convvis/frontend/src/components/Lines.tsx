/** A small chart of several lines on the slider's axis; what the pointer is at is told, and a click goes there. */

import { useMemo } from "preact/hooks";
import type { ValueAxis } from "../lib/valueScale";
import { number } from "../lib/words";

export interface Line {
  key: string;
  colour: string;
  /** Tells runs apart where colours do not. */
  dash: string;
  thin?: boolean;
  /** Places on the slider's axis; NaN where a value has none. */
  xs: readonly number[];
  ys: readonly number[];
  /** Place of the point that is ringed. */
  ring?: number;
}

export interface LinesProps {
  width: number;
  height: number;
  domain: readonly [first: number, end: number];
  gridlines: readonly number[];
  lines: readonly Line[];
  axis: ValueAxis;
  /** Places of the slider and of the pointer. */
  current: number;
  hovered: number | null;
  label: string;
  onHover: (place: number | null) => void;
  onPick: (place: number) => void;
}

export const MARGIN = { top: 7, right: 12, bottom: 7, left: 46 };

/** The pixel of a place on the axis. */
export function pixelOf(place: number, [first, end]: readonly [number, number], width: number): number {
  return MARGIN.left + ((place - first) / (end - first)) * Math.max(1, width - MARGIN.left - MARGIN.right);
}

export function Lines({ width, height, domain, gridlines, lines, axis, current, hovered, label, onHover, onPick }: LinesProps) {
  const x = (place: number) => pixelOf(place, domain, width);
  const y = (value: number) => height - MARGIN.bottom - axis.place(value) * (height - MARGIN.top - MARGIN.bottom);
  const placeAt = (event: MouseEvent & { currentTarget: Element }) => {
    const across = (event.clientX - event.currentTarget.getBoundingClientRect().left - MARGIN.left) / Math.max(1, width - MARGIN.left - MARGIN.right);
    return domain[0] + Math.max(0, Math.min(1, across)) * (domain[1] - domain[0]);
  };
  const upright = (place: number, kind: string) => <line class={kind} x1={x(place)} x2={x(place)} y1={0} y2={height} />;
  // Drawn anew when the data changes, not when the slider or the pointer moves.
  const picture = useMemo(
    () => (
      <>
        <g class="axis">
          {gridlines.map((place) => upright(place, ""))}
          {axis.ticks.map((tick) => (
            <g key={tick}>
              <line x1={MARGIN.left} x2={width - MARGIN.right} y1={y(tick)} y2={y(tick)} />
              <text x={MARGIN.left - 6} y={y(tick)} dy="0.32em" text-anchor="end">{number(tick)}</text>
            </g>
          ))}
        </g>
        {lines.map(({ key, colour, dash, thin, xs, ys, ring }) => {
          const inside = (at: number) => Number.isFinite(ys[at]) && (xs[at] ?? Number.NaN) >= domain[0] && (xs[at] ?? Number.NaN) <= domain[1];
          const dot = (at: number, kind: string, radius: number) => <circle class={kind} cx={x(xs[at] ?? 0)} cy={y(ys[at] ?? 0)} r={radius} />;
          const path = xs.map((place, at) => (inside(at) ? `${inside(at - 1) ? "L" : "M"}${x(place).toFixed(1)} ${y(ys[at] ?? 0).toFixed(1)}` : "")).join("");
          const ringed = ring === undefined ? -1 : xs.indexOf(ring);
          return (
            <g key={key} stroke={colour} fill={colour} class={thin ? "line thin" : "line"}>
              <path d={path} stroke-dasharray={dash} />
              {xs.map((_, at) => inside(at) && !inside(at - 1) && !inside(at + 1) && dot(at, "", 2.5))}
              {inside(ringed) && dot(ringed, "ring", 4.5)}
            </g>
          );
        })}
      </>
    ),
    [width, height, ...domain, String(gridlines), lines, axis],
  );
  return (
    <svg
      width={width}
      height={height}
      role="img"
      aria-label={label}
      onClick={(event) => onPick(placeAt(event))}
      onMouseMove={(event) => onHover(placeAt(event))}
      onMouseLeave={() => onHover(null)}
    >
      {picture}
      {upright(current, "marker")}
      {hovered !== null && upright(hovered, "pointer")}
      <rect class="hit" width={width} height={height} />
    </svg>
  );
}
