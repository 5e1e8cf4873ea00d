/** Cells over a picture, for pointer, keyboard and screen reader: one of them is in the order of tabs, arrows go on. */

import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";

/** Where it is a signal, it is written without the grid being rendered again. */
type Changing = string | ReadonlySignal<string>;

export interface Cell {
  /** Stands in `data-cell`. */
  id: number;
  label: Changing;
  className: Changing;
  /** CSS pixels. */
  box: { left: number; top: number; width: number; height: number };
  content?: ComponentChildren;
}

export interface CellGridProps {
  label: string;
  cells: readonly Cell[];
  columns: number;
  selected: number | null;
  onOpen: (id: number) => void;
  /** A click on what is marked `data-pin` in a cell; keys reach the same otherwise. */
  onPin?: (id: number) => void;
  onHover: (id: number | null) => void;
}

export function CellGrid({ label, cells, columns, selected, onOpen, onPin, onHover }: CellGridProps) {
  const [current, setCurrent] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  const roving = Math.min(current, cells.length - 1);

  const onKeyDown = (event: KeyboardEvent) => {
    const moves = new Map([
      ["ArrowLeft", -1], ["ArrowRight", 1], ["ArrowUp", -columns], ["ArrowDown", columns],
      ["Home", -roving], ["End", cells.length - 1 - roving],
    ]);
    const move = moves.get(event.key);
    if (move === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const target = roving + move;
    const cell = cells[target];
    if (!cell) return;
    setCurrent(target);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${cell.id}"]`)?.focus();
  };

  const rows = Array.from({ length: Math.ceil(cells.length / columns) }, (_, row) => cells.slice(row * columns, (row + 1) * columns));
  return (
    <div class="cells" role="grid" aria-label={label} ref={grid} onKeyDown={onKeyDown} onMouseLeave={() => onHover(null)}>
      {rows.map((row, at) => (
        <div role="row" key={at}>
          {row.map(({ id, label: name, className, box, content }, column) => (
            <button
              key={id}
              type="button"
              role="gridcell"
              data-cell={id}
              tabIndex={at * columns + column === roving ? 0 : -1}
              aria-label={name}
              aria-selected={id === selected}
              class={className}
              style={{ left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` }}
              onMouseEnter={() => onHover(id)}
              onFocus={() => (setCurrent(at * columns + column), onHover(id))}
              onClick={(event) => (onPin && event.target instanceof Element && event.target.closest("[data-pin]") ? onPin(id) : onOpen(id))}
            >
              {content}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}
