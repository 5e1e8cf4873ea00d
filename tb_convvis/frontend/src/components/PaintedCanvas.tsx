/** A canvas that is painted when it is rendered. Its size is in device pixels. */

import { useLayoutEffect, useRef } from "preact/hooks";

export interface PaintedCanvasProps {
  width: number;
  height: number;
  dpr: number;
  label: string;
  /** Names what is painted: as long as it stays the same it is not painted again. Without it, it always is. */
  state?: string;
  paint: (context: CanvasRenderingContext2D) => void;
}

export function PaintedCanvas({ width, height, dpr, label, state, paint }: PaintedCanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const painted = useRef<string | null>(null);
  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d");
    const now = state === undefined ? null : `${state} ${width} ${height}`;
    if (!context || (now !== null && now === painted.current)) return;
    paint(context);
    painted.current = now;
  });
  return (
    <canvas
      ref={ref}
      class="tiles"
      role="img"
      aria-label={label}
      width={width}
      height={height}
      style={{ width: `${width / dpr}px`, height: `${height / dpr}px` }}
    />
  );
}
