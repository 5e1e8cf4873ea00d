/** The maps of a layer: their projections and patches on one canvas, and over it a cell for each map. */

import { greatest } from "d3-array";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { type Cell, CellGrid } from "../components/CellGrid";
import { useWidth } from "../components/useWidth";
import { type CellLayout, cellAt, layoutCells } from "../lib/cellLayout";
import { number } from "../lib/words";
import { type ShowMode, openMap, showMode } from "../settings";
import { store } from "../state";
import { type FeatureReady, type Probe, mosaics, resting } from "./features";
import { type Painting, acrossOf, paintRow, rowState, sourcesOf } from "./paintFeatures";
import { picturesDecoded } from "./probePictures";

/** Longer side of a tile in CSS pixels: what it had best be, and the limits. */
const BEST = 28;
const LARGEST = 38;
const SMALLEST = 8;

export interface MapGridProps {
  panel: FeatureReady;
  probe: Probe | null;
  jumped: ReadonlySet<number>;
  label: string;
  runs: number;
  onHover: (map: number | null) => void;
}

export function MapGrid(props: MapGridProps) {
  const { panel, probe } = props;
  const { facts, page } = panel;
  const [ref, width] = useWidth<HTMLDivElement>();
  const dpr = window.devicePixelRatio || 1;
  // Where the rule was refused there is only one thing to show.
  const mode = facts.tiles ? showMode.value : "patches";
  const layout = useMemo(() => layoutIn(width, panel, mode, probe, dpr), [width, facts, page.length, mode, probe?.facts, dpr]);
  return (
    <div class="map-grid" ref={ref}>
      {width > 0 && (
        <div class="tile-stack">
          <MapCanvases layout={layout} panel={panel} probe={probe} mode={mode} runs={props.runs} label={props.label} dpr={dpr} />
          <MapCells {...props} layout={layout} dpr={dpr} />
        </div>
      )}
    </div>
  );
}

function layoutIn(width: number, { facts, page }: FeatureReady, mode: ShowMode, probe: Probe | null, dpr: number): CellLayout {
  // Without projections there is no window: then the patch is the whole picture.
  const tile = facts.tiles?.tile ?? probe?.facts.size ?? [1, 1];
  const shape = {
    tile, k: facts.k, across: acrossOf(facts.k, facts.tiles?.across), maps: page.length,
    mosaics: mode === "both" ? (2 as const) : (1 as const),
  };
  const room = Math.floor(width * dpr);
  const layouts = Array.from({ length: LARGEST - SMALLEST + 1 }, (_, at) => layoutCells(shape, room, SMALLEST + at, dpr));
  const [smallest] = layouts;
  const fitting = layouts.filter((layout) => layout.width <= room);
  return greatest(fitting, (layout) => worth(layout, room, dpr)) ?? (smallest as CellLayout);
}

/** How much of the line is filled; less for tiles that are larger, or much smaller, than they had best be. */
function worth(layout: CellLayout, room: number, dpr: number): number {
  const off = Math.log(Math.max(layout.tileHeight, layout.tileWidth) / (BEST * dpr));
  return (layout.columns * layout.cellWidth) / room - (off > 0 ? 0.5 * off : -0.2 * off);
}

/** A canvas for each row, so that only those that are seen have to be painted while the slider moves. */
function MapCanvases({ label, dpr, ...painting }: Painting & { label: string; dpr: number }) {
  const ref = useRef<HTMLDivElement>(null);
  const painted = useRef({ layout: painting.layout, rows: new Map<number, string>() });
  const { layout, panel } = painting;
  const inSight = useRowsInSight(ref, layout);
  useLayoutEffect(() => {
    const box = ref.current;
    const sources = box && sourcesOf(painting);
    if (!box || !sources) return;
    // Other sizes have made the canvases anew, and empty.
    if (painted.current.layout !== layout) painted.current = { layout, rows: new Map() };
    const { rows } = painted.current;
    const canvases = box.querySelectorAll("canvas");
    for (const row of resting.peek() ? everyRow(layout) : inSight) {
      const state = rowState(painting, sources, row);
      const waiting = `${state} ${picturesDecoded.peek()}`;
      const was = rows.get(row);
      const context = was === state || was === waiting ? null : canvases[row]?.getContext("2d");
      if (context) rows.set(row, paintRow(context, painting, sources, row) ? state : waiting);
    }
    // Which epoch is drawn, and whether from the maps' own pictures: the epoch's may still be on their way.
    box.dataset["epoch"] = String(panel.series.steps[panel.at] ?? "");
    box.dataset["detail"] = sources.full ? "full" : "overview";
  });
  void [mosaics.decoded.value, picturesDecoded.value, store.arrivals.value, resting.value];
  return (
    <div ref={ref} role="img" aria-label={label} class="map-rows" style={{ width: `${layout.width / dpr}px`, height: `${layout.height / dpr}px` }}>
      {everyRow(layout).map((row) => (
        <canvas
          key={row}
          data-row={row}
          width={layout.width}
          height={layout.mosaicHeight}
          style={{
            top: `${cellAt(layout, row * layout.columns)[1] / dpr}px`,
            width: `${layout.width / dpr}px`, height: `${layout.mosaicHeight / dpr}px`,
          }}
        />
      ))}
    </div>
  );
}

function everyRow({ rows }: CellLayout): number[] {
  return Array.from({ length: rows }, (_, row) => row);
}

/** The rows that are in the window, as far as the browser has told; asking it at every step would cost a layout. */
function useRowsInSight(ref: { current: HTMLElement | null }, layout: CellLayout): ReadonlySet<number> {
  const rows = useRef(new Set<number>());
  useLayoutEffect(() => {
    const inSight = (rows.current = new Set<number>());
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const row = Number((target as HTMLElement).dataset["row"]);
          if (isIntersecting) inSight.add(row);
          else inSight.delete(row);
        }
      },
      { rootMargin: "80px" },
    );
    for (const canvas of ref.current?.querySelectorAll("canvas") ?? []) observer.observe(canvas);
    return () => observer.disconnect();
  }, [layout]);
  return rows.current;
}

function MapCells({ panel, jumped, layout, label, dpr, onHover }: MapGridProps & { layout: CellLayout; dpr: number }) {
  const { facts, numbers, page } = panel;
  const cells = page.map((place, at): Cell => {
    const map = facts.maps[place] ?? 0;
    const [left, top] = cellAt(layout, at);
    const { value } = numbers.at(place, 0);
    const dead = numbers.isDead(place);
    const jump = jumped.has(map);
    const state = dead ? "dead" : number(value);
    return {
      id: map,
      label: `map ${map}, ${dead ? "dead: no picture excites it" : `strength ${state}`}${jump ? ", jumped" : ""}`,
      className: dead ? "map dead" : "map",
      selected: openMap.value === map,
      box: { left: left / dpr, top: top / dpr, width: layout.cellWidth / dpr, height: layout.cellHeight / dpr },
      content: (
        <>
          <i class="picture" style={{ height: `${layout.mosaicHeight / dpr}px` }} />
          <span class="name">
            <b>{map}</b>
            {jump && <i class="jump" title="another picture is the strongest than at the previous log" />}
            <span class="value">{state}</span>
          </span>
        </>
      ),
    };
  });
  return (
    <CellGrid
      label={label}
      cells={cells}
      columns={layout.columns}
      onOpen={(map) => (openMap.value = openMap.value === map ? null : map)}
      onHover={onHover}
    />
  );
}
