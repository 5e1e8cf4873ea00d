/** A canvas of tiles at a whole-number scale, painted pixel by pixel: no smoothing, no colour conversion. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { type GridLayout, paintGrid } from "../lib/gridLayout";
import type { Tiles } from "../lib/kernel";

export function TileCanvas({ tiles, layout, dpr, label }: { tiles: Tiles; layout: GridLayout; dpr: number; label: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  // Kept from epoch to epoch: only the tiles are painted over, the gaps stay clear.
  const picture = useMemo(() => new ImageData(layout.width, layout.height), [layout]);
  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d");
    if (!context) return;
    paintGrid(layout, tiles, new Uint32Array(picture.data.buffer));
    context.putImageData(picture, 0, 0);
  }, [tiles, picture]);
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
