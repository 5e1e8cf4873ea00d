/** A canvas that is painted when it is rendered. Its size is in device pixels. */

import { useLayoutEffect, useRef } from "preact/hooks";

export interface PaintedCanvasProps {
  width: number;
  height: number;
  dpr: number;
  label: string;
  /** What is painted: as long as all of it stays the same it is not painted again. Without it, it always is. */
  state?: readonly unknown[];
  paint: (context: CanvasRenderingContext2D) => void;
}

export function PaintedCanvas({ width, height, dpr, label, state, paint }: PaintedCanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d");
    if (context) paint(context);
  }, state && [...state, width, height]);
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
