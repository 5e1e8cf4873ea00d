/** A picture, or a map over it, that says where the occluder stands: it follows the pointer and the arrow keys. */

import type { ComponentChildren } from "preact";
import { PaintedCanvas, type PaintedCanvasProps } from "../components/PaintedCanvas";
import type { OcclusionRecord } from "../data/occlusion";
import { frameOf } from "../lib/positions";
import { occluderAt } from "../settings";
import { positionOf } from "./occlusion";
import { occluderBox } from "./paintOcclusion";

export interface FigureProps {
  letter: string;
  title: string;
  detail: string;
  children: ComponentChildren;
}

/** A panel with its letter and two lines of caption. */
export function Figure({ letter, title, detail, children }: FigureProps) {
  return (
    <figure class="occlusion-panel" data-panel={letter}>
      <figcaption title={`${title} ${detail}`}>
        <b>{letter}</b> {title}
        <small>{detail}</small>
      </figcaption>
      {children}
    </figure>
  );
}

interface SpatialPanelProps extends PaintedCanvasProps {
  record: OcclusionRecord;
  /** Position of the picture among the occluded ones. */
  place: number;
  /** Words on what the pointer is at. */
  title?: string;
}

const MOVES = new Map([["ArrowUp", [-1, 0]], ["ArrowDown", [1, 0]], ["ArrowLeft", [0, -1]], ["ArrowRight", [0, 1]]]);

export function SpatialPanel({ record, place, title, ...canvas }: SpatialPanelProps) {
  const { rows, cols, size } = record.facts;
  const point = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const share = (part: number) => Math.max(0, Math.min(1, part));
    occluderAt.value = [share((event.clientY - top) / height), share((event.clientX - left) / width)];
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [down, across] = MOVES.get(event.key) ?? [];
    if (down === undefined || across === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const [row, col] = positionOf(record, place, occluderAt.value);
    const [height, width] = frameOf(record.facts);
    const centre = (edges: readonly number[], at: number, side: number) => (edges[Math.max(0, Math.min(edges.length - 1, at))] ?? 0) + side / 2;
    occluderAt.value = [centre(rows, row + down, size[0]) / height, centre(cols, col + across, size[1]) / width];
  };
  return (
    <div
      class="tile-stack spatial"
      tabIndex={0}
      role="application"
      aria-label={`${canvas.label}; arrow keys move the occluder`}
      title={title}
      onPointerMove={point}
      onPointerDown={point}
      onKeyDown={onKeyDown}
    >
      <PaintedCanvas {...canvas} />
      <Mark record={record} place={place} height={canvas.height} width={canvas.width} dpr={canvas.dpr} />
    </div>
  );
}

interface MarkProps {
  record: OcclusionRecord;
  place: number;
  height: number;
  width: number;
  dpr: number;
}

/** Follows the occluder by itself, so that nothing else is rendered again. */
function Mark({ record, place, height, width, dpr }: MarkProps) {
  const position = positionOf(record, place, occluderAt.value);
  const [left, top, wide, tall] = occluderBox(record.facts, position, height, width).map((side) => `${side / dpr}px`);
  return <div class="window occluder" data-position={position.join()} style={{ left, top, width: wide, height: tall }} />;
}
