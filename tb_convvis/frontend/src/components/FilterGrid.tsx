/** The filters of a layer, and over them a grid of cells for pointer, keyboard and screen reader. */

import { useMemo } from "preact/hooks";
import { type GridLayout, blockAt, layoutGrid } from "../lib/gridLayout";
import type { Tiles } from "../lib/kernel";
import { type Cell, CellGrid } from "./CellGrid";
import { Kept } from "./Kept";
import { TileCanvas } from "./TileCanvas";
import { useWidth } from "./useWidth";

export interface FilterGridProps {
  tiles: Tiles;
  label: string;
  /** What is wrong with a filter, in a word; by its number. */
  flags: ReadonlyMap<number, string>;
  open: number | null;
  onOpen: (filter: number) => void;
  onHover: (filter: number | null) => void;
}

/** Largest side of a tile in CSS pixels. */
export const GRID_TILE = 120;

/** Height of the grid at most, in CSS pixels. */
export function gridRoom(): number {
  return Math.max(240, 0.5 * (window.innerHeight || 700));
}

export function FilterGrid({ tiles, label, flags, open, onOpen, onHover }: FilterGridProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const dpr = window.devicePixelRatio || 1;
  const room = gridRoom();
  const { height: tall, width: wide, filters, perFilter } = tiles;
  const layout = useMemo(() => {
    const area = { width: Math.floor(width * dpr), height: Math.floor(room * dpr) };
    return layoutGrid({ height: tall, width: wide, filters, perFilter }, area, GRID_TILE * dpr, dpr);
  }, [tall, wide, filters, perFilter, width, room, dpr]);
  // The cells change with the layout and the flags, not with every epoch: most steps leave them alone.
  const grid = () => {
    const cells = Array.from({ length: filters }, (_, filter) => cellOf(filter, flags.get(filter), layout, dpr));
    return <CellGrid label={label} cells={cells} columns={layout.columns} selected={open} onOpen={onOpen} onHover={onHover} />;
  };
  return (
    <div class="filter-grid" ref={ref}>
      {width > 0 && (
        <div class="tile-stack">
          <TileCanvas tiles={tiles} layout={layout} dpr={dpr} label={label} />
          <Kept by={[layout, dpr, filters, String([...flags]), open, label]}>{grid}</Kept>
        </div>
      )}
    </div>
  );
}

function cellOf(filter: number, flag: string | undefined, layout: GridLayout, dpr: number): Cell {
  const [left, top] = blockAt(layout, filter);
  return {
    id: filter,
    label: flag ? `filter ${filter}, ${flag}` : `filter ${filter}`,
    className: flag ? `cell flag-${flag}` : "cell",
    box: { left: left / dpr, top: top / dpr, width: layout.blockWidth / dpr, height: layout.blockHeight / dpr },
  };
}
