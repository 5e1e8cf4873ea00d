/** A canvas that is painted anew whenever it is rendered. Its size is in device pixels. */

import { useLayoutEffect, useRef } from "preact/hooks";

export interface PaintedCanvasProps {
  width: number;
  height: number;
  dpr: number;
  label: string;
  paint: (context: CanvasRenderingContext2D) => void;
}

export function PaintedCanvas({ width, height, dpr, label, paint }: PaintedCanvasProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d");
    if (context) paint(context);
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
