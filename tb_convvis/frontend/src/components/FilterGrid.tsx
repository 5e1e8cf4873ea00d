/** The filters of a layer, and over them a grid of cells for pointer, keyboard and screen reader. */

import { useMemo, useRef, useState } from "preact/hooks";
import { type GridLayout, blockAt, layoutGrid } from "../lib/gridLayout";
import type { Tiles } from "../lib/kernel";
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
const LARGEST = 120;

export function FilterGrid({ tiles, label, flags, open, onOpen, onHover }: FilterGridProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const dpr = window.devicePixelRatio || 1;
  const room = Math.max(240, 0.5 * (window.innerHeight || 700));
  const { height: tall, width: wide, filters, perFilter } = tiles;
  const layout = useMemo(() => {
    const area = { width: Math.floor(width * dpr), height: Math.floor(room * dpr) };
    return layoutGrid({ height: tall, width: wide, filters, perFilter }, area, LARGEST * dpr, dpr);
  }, [tall, wide, filters, perFilter, width, room, dpr]);
  // The cells change with the layout and the flags, not with every epoch: most steps leave them alone.
  const cells = useMemo(
    () => <Cells {...{ layout, dpr, filters, flags, open, onOpen, onHover, label }} />,
    [layout, dpr, filters, String([...flags]), open, label],
  );
  return (
    <div class="filter-grid" ref={ref}>
      {width > 0 && (
        <div class="tile-stack" onMouseLeave={() => onHover(null)}>
          <TileCanvas tiles={tiles} layout={layout} dpr={dpr} label={label} />
          {cells}
        </div>
      )}
    </div>
  );
}

type CellsProps = Omit<FilterGridProps, "tiles"> & { layout: GridLayout; dpr: number; filters: number };

function Cells({ layout, dpr, filters, flags, open, onOpen, onHover, label }: CellsProps) {
  const [current, setCurrent] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const roving = Math.min(current, filters - 1);

  const onKeyDown = (event: KeyboardEvent) => {
    const moves = new Map([
      ["ArrowLeft", -1], ["ArrowRight", 1], ["ArrowUp", -layout.columns], ["ArrowDown", layout.columns],
      ["Home", -roving], ["End", filters - 1 - roving],
    ]);
    const move = moves.get(event.key);
    if (move === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const target = roving + move;
    if (target < 0 || target >= filters) return;
    setCurrent(target);
    grid.current?.querySelector<HTMLElement>(`[data-filter="${target}"]`)?.focus();
  };

  const rows = Array.from({ length: layout.rows }, (_, row) => row);
  return (
    <div class="cells" role="grid" aria-label={label} ref={grid} onKeyDown={onKeyDown}>
      {rows.map((row) => (
        <div role="row" key={row}>
          {Array.from({ length: Math.min(layout.columns, filters - row * layout.columns) }, (_, column) => {
            const filter = row * layout.columns + column;
            const [left, top] = blockAt(layout, filter);
            const flag = flags.get(filter);
            return (
              <button
                key={filter}
                type="button"
                role="gridcell"
                data-filter={filter}
                tabIndex={filter === roving ? 0 : -1}
                aria-label={flag ? `filter ${filter}, ${flag}` : `filter ${filter}`}
                aria-selected={filter === open}
                class={flag ? `cell flag-${flag}` : "cell"}
                style={{
                  left: `${left / dpr}px`, top: `${top / dpr}px`,
                  width: `${layout.blockWidth / dpr}px`, height: `${layout.blockHeight / dpr}px`,
                }}
                onMouseEnter={() => onHover(filter)}
                onFocus={() => (setCurrent(filter), onHover(filter))}
                onClick={() => onOpen(filter)}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
}
