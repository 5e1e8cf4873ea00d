/** A canvas of tiles at a whole-number scale, painted pixel by pixel: no smoothing, no colour conversion. */

import { useMemo } from "preact/hooks";
import { type GridLayout, paintGrid } from "../lib/gridLayout";
import type { Tiles } from "../lib/kernel";
import { PaintedCanvas } from "./PaintedCanvas";

export function TileCanvas({ tiles, layout, dpr, label }: { tiles: Tiles; layout: GridLayout; dpr: number; label: string }) {
  // Kept from epoch to epoch: only the tiles are painted over, the gaps stay clear.
  const picture = useMemo(() => new ImageData(layout.width, layout.height), [layout]);
  const paint = (context: CanvasRenderingContext2D) => {
    paintGrid(layout, tiles, new Uint32Array(picture.data.buffer));
    context.putImageData(picture, 0, 0);
  };
  return <PaintedCanvas width={layout.width} height={layout.height} dpr={dpr} label={label} state={[tiles, picture]} paint={paint} />;
}
