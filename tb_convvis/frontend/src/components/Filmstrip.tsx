/** One filter over the epochs: a tile per epoch, in reading order; a click goes to the epoch. */

import { useMemo } from "preact/hooks";
import { blockAt, layoutGrid } from "../lib/gridLayout";
import type { Tiles } from "../lib/kernel";
import { TileCanvas } from "./TileCanvas";
import { useWidth } from "./useWidth";

export interface FilmstripProps {
  /** Each tile is an epoch. */
  tiles: Tiles;
  steps: readonly number[];
  current: number;
  label: string;
  onPick: (step: number) => void;
}

/** Sides of a tile in CSS pixels: down to the smaller one all epochs stand in one row. */
const LARGEST = 44;
const SMALLEST = 22;

export function Filmstrip({ tiles, steps, current, label, onPick }: FilmstripProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const dpr = window.devicePixelRatio || 1;
  const { height, width: wide, filters, perFilter } = tiles;
  const layout = useMemo(() => {
    const tile = { height, width: wide, filters, perFilter };
    const fit = (tall: number) => layoutGrid(tile, { width: Math.floor(width * dpr), height: tall * dpr }, LARGEST * dpr, dpr);
    const row = fit(LARGEST);
    return row.rows === 1 && row.scale * wide >= SMALLEST * dpr ? row : fit(4 * LARGEST);
  }, [height, wide, filters, perFilter, width, dpr]);
  const pick = (event: MouseEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) * dpr) / (layout.blockWidth + layout.gap));
    const row = Math.floor(((event.clientY - box.top) * dpr) / (layout.blockHeight + layout.gap));
    const step = steps[row * layout.columns + Math.min(column, layout.columns - 1)];
    if (step !== undefined) onPick(step);
  };
  const at = steps.indexOf(current);
  const [left, top] = blockAt(layout, Math.max(0, at));
  return (
    <div class="filmstrip" ref={ref}>
      {width > 0 && (
        <div class="tile-stack" onClick={pick}>
          <TileCanvas tiles={tiles} layout={layout} dpr={dpr} label={label} />
          {at >= 0 && (
            <div
              class="here"
              style={{
                left: `${left / dpr}px`, top: `${top / dpr}px`,
                width: `${layout.blockWidth / dpr}px`, height: `${layout.blockHeight / dpr}px`,
              }}
            />
          )}
        </div>
      )}
    </div>
  );
}
