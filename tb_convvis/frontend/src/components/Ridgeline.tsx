/** Histograms one behind the other, the oldest at the back; the current epoch stands out. */

import { useMemo } from "preact/hooks";
import { monotone } from "../lib/paths";
import { scaleLinear, ticks } from "../lib/scale";
import { number } from "../lib/words";
import type { HistogramChartProps } from "./chart";
import { chartHeight, every, mix } from "./chart";
import { useWidth } from "./useWidth";

const MARGIN = { top: 76, right: 34, bottom: 24, left: 10 };
/** More rows than this are one grey mass. */
const MOST = 60;

/** The epochs that are drawn, by position, beside the current one: the first and the last always are. */
export function ridgesOf(length: number): number[] {
  return every(length, MOST);
}

export function Ridgeline({ steps, shares, extent, peak, current, colour, label, onPick }: HistogramChartProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const tall = chartHeight();
  const at = steps.indexOf(current);
  const scene = useMemo(() => {
    const bins = shares[0]?.length ?? 0;
    const right = Math.max(MARGIN.left + 1, width - MARGIN.right);
    const x = scaleLinear(extent, [MARGIN.left, right]);
    const centre = (bin: number) => MARGIN.left + ((bin + 0.5) / bins) * (right - MARGIN.left);
    const base = scaleLinear([0, Math.max(1, shares.length - 1)], [MARGIN.top, tall - MARGIN.bottom]);
    const rise = (share: number) => (share / (peak || 1)) * (MARGIN.top - 8);
    const outline = (row: number) => monotone(Array.from(shares[row] ?? [], (share, bin) => [centre(bin), base(row) - rise(share)]));
    const shape = (row: number) => (bins > 0 ? `${outline(row)}V${base(row)}H${centre(0)}Z` : "");
    const rows = ridgesOf(shares.length);
    const back = rows.map((row) => (
      <path key={row} class="ridge" d={shape(row)} style={{ fill: mix(colour, 15 + (50 * row) / shares.length) }} />
    ));
    return { x, base, outline, shape, back, rows };
  }, [steps, shares, extent, peak, colour, width, tall]);

  const pick = (event: MouseEvent & { currentTarget: Element }) => {
    const y = event.clientY - event.currentTarget.getBoundingClientRect().top;
    const row = Math.round(Math.max(0, Math.min(shares.length - 1, scene.base.invert(y))));
    const step = steps[row];
    if (step !== undefined) onPick(step);
  };
  const { x, base } = scene;
  const labels = ticks(steps[0] ?? 0, steps[steps.length - 1] ?? 0, 8).map((tick) => steps.indexOf(tick)).filter((row) => row >= 0);
  return (
    <div class="chart" ref={ref} style={{ height: `${tall}px` }}>
      {width > 0 && (
        <svg width={width} height={tall} role="img" aria-label={label} onClick={pick}>
          {x.ticks(Math.max(2, Math.floor(width / 90))).map((tick) => (
            <g key={tick} class="axis">
              <line x1={x(tick)} x2={x(tick)} y1={MARGIN.top} y2={tall - MARGIN.bottom} class={tick === 0 ? "zero" : ""} />
              <text x={x(tick)} y={tall - 7} text-anchor="middle">{number(tick)}</text>
            </g>
          ))}
          {scene.back}
          {at >= 0 && (
            <g class="ridge-here">
              <path class="fill" d={scene.shape(at)} />
              <path class="edge" d={scene.outline(at)} />
              <line x1={MARGIN.left} x2={width - MARGIN.right} y1={base(at)} y2={base(at)} />
            </g>
          )}
          {labels
            .filter((row) => at < 0 || Math.abs(base(row) - base(at)) > 13)
            .map((row) => (
              <text key={row} class="axis" x={width - MARGIN.right + 6} y={base(row)} dy="0.32em">{steps[row]}</text>
            ))}
          {at >= 0 && <text class="axis current" x={width - MARGIN.right + 6} y={base(at)} dy="0.32em">{current}</text>}
          <rect class="hit" width={width} height={tall} />
        </svg>
      )}
    </div>
  );
}
