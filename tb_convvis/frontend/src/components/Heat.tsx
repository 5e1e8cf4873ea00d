/** Histograms over time: epochs to the right, values upwards, colour for the share of the weights. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { cividis } from "../lib/colourMaps";
import { scaleLinear } from "../lib/scale";
import { number } from "../lib/words";
import { chartHeight, type HistogramChartProps } from "./chart";
import { useWidth } from "./useWidth";

const MARGIN = { top: 8, right: 10, bottom: 24, left: 52 };

/** Square root: the long thin tails are what one looks for, and a linear scale would hide them. */
export function heatColour(share: number, peak: number): string {
  return cividis(peak > 0 ? Math.sqrt(share / peak) : 0);
}

/** Borders of the epochs' columns: half-way between neighbours, so that gaps in the log stay visible as width. */
function borders(steps: readonly number[]): number[] {
  const first = steps[0] ?? 0;
  const last = steps[steps.length - 1] ?? 0;
  const middles = steps.slice(1).map((step, at) => (step + (steps[at] ?? step)) / 2);
  return [first - 0.5, ...middles, last + 0.5];
}

export function Heat({ steps, shares, extent, domain, peak, current, label, onPick }: HistogramChartProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const tall = chartHeight();
  const canvas = useRef<HTMLCanvasElement>(null);
  const dpr = window.devicePixelRatio || 1;
  const plot = { width: Math.max(1, width - MARGIN.left - MARGIN.right), height: tall - MARGIN.top - MARGIN.bottom };
  const edges = borders(steps);
  const x = scaleLinear([domain[0] - 0.5, domain[1] + 0.5], [MARGIN.left, MARGIN.left + plot.width]);
  const y = scaleLinear(extent, [MARGIN.top + plot.height, MARGIN.top]);

  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const at = (border: number) => Math.round((x(border) - MARGIN.left) * dpr);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    shares.forEach((column, position) => {
      const left = at(edges[position] ?? 0);
      const right = at(edges[position + 1] ?? 0);
      column.forEach((share, bin) => {
        const top = Math.round((1 - (bin + 1) / column.length) * plot.height * dpr);
        const bottom = Math.round((1 - bin / column.length) * plot.height * dpr);
        context.fillStyle = heatColour(share, peak);
        context.fillRect(left, top, Math.max(1, right - left), bottom - top);
      });
    });
  }, [steps, shares, peak, width, tall, dpr, ...domain]);

  const pick = (event: MouseEvent & { currentTarget: Element }) =>
    onPick(x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left));
  const here = steps.indexOf(current);
  const left = x(edges[here] ?? 0);
  return (
    <div class="chart" ref={ref} style={{ height: `${tall}px` }}>
      {width > 0 && (
        <>
          <canvas
            ref={canvas}
            class="heat"
            width={Math.round(plot.width * dpr)}
            height={Math.round(plot.height * dpr)}
            style={{ left: `${MARGIN.left}px`, top: `${MARGIN.top}px`, width: `${plot.width}px`, height: `${plot.height}px` }}
          />
          <svg width={width} height={tall} role="img" aria-label={label} onClick={pick}>
            {y.ticks(7).map((tick) => (
              <g key={tick} class="axis">
                <line x1={MARGIN.left - 4} x2={MARGIN.left} y1={y(tick)} y2={y(tick)} />
                <text x={MARGIN.left - 7} y={y(tick)} dy="0.32em" text-anchor="end">{number(tick)}</text>
              </g>
            ))}
            {x.ticks(Math.max(2, Math.floor(width / 70))).filter((tick) => Number.isInteger(tick) && tick >= 0).map((tick) => (
              <text key={tick} class="axis" x={x(tick)} y={tall - 7} text-anchor="middle">{tick}</text>
            ))}
            {here >= 0 && (
              <rect class="column-here" x={left} y={MARGIN.top} width={Math.max(2, x(edges[here + 1] ?? 0) - left)} height={plot.height} />
            )}
            <rect class="hit" width={width} height={tall} />
          </svg>
        </>
      )}
    </div>
  );
}
