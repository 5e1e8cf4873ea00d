/** A canvas of tiles at a whole-number scale, painted pixel by pixel: no smoothing, no colour conversion. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { type GridLayout, paintGrid } from "../lib/gridLayout";
import type { Tiles } from "../lib/kernel";

export function TileCanvas({ tiles, layout, dpr, label }: { tiles: Tiles; layout: GridLayout; dpr: number; label: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d");
    if (!context) return;
    const picture = context.createImageData(layout.width, layout.height);
    paintGrid(layout, tiles, new Uint32Array(picture.data.buffer));
    context.putImageData(picture, 0, 0);
  }, [tiles, layout]);
  return (
    <canvas
      ref={ref}
      class="tiles"
      role="img"
      aria-label={label}
      width={layout.width}
      height={layout.height}
      style={{ width: `${layout.width / dpr}px`, height: `${layout.height / dpr}px` }}
    />
  );
}
