/** The maps of a layer: their projections and patches on one canvas, and over it a cell for each map. */

import { type ReadonlySignal, computed, useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { type Cell, CellGrid } from "../components/CellGrid";
import { stateClass } from "../components/Hatch";
import { Kept } from "../components/Kept";
import { PaintedCanvas } from "../components/PaintedCanvas";
import { windowHeight } from "../components/windowHeight";
import { useWidth } from "../components/useWidth";
import { type CellLayout, type CellShape, cellAt, holding } from "../lib/cellLayout";
import { number } from "../lib/words";
import { openMap } from "../settings";
import { store } from "../state";
import { type FeatureReady, mosaics, placesIn, resting } from "./features";
import { STATE_WORDS } from "./featureWords";
import { layoutIn, modeOf, shapeIn, shownShapes } from "./mapLayout";
import { pinMap } from "./mapOrder";
import { type Painting, type Patches, paintRow, rowState, sourcesOf } from "./paintFeatures";
import type { Probe } from "./probe";
import { picturesDecoded } from "./probePictures";

/** Milliseconds between two writings of the words while the slider moves. */
const TOLD_EVERY = 200;

export interface MapGridProps {
  panel: FeatureReady;
  probe: Probe | null;
  /** Numbers of the maps, in their order. */
  maps: readonly number[];
  /** For how many maps the grid is laid out: with fewer they keep their size. */
  room: number;
  pinned?: boolean;
  jumped: ReadonlySet<number>;
  label: string;
  runs: number;
  onHover: (map: number | null) => void;
}

export function MapGrid(props: MapGridProps) {
  const { panel, probe, room } = props;
  const { facts } = panel;
  const [ref, width] = useWidth<HTMLDivElement>();
  const dpr = window.devicePixelRatio || 1;
  const mode = modeOf(panel);
  // By what it is made of, which every epoch has anew: what stands on it is to last from one to the next.
  const shape = JSON.stringify(shapeIn(panel, room, mode, probe));
  const maps = useMemo(() => props.maps, [props.maps.join()]);
  const layout = useMemo(() => holding(layoutIn(width, JSON.parse(shape) as CellShape, dpr), maps.length), [width, shape, maps.length, dpr, shownShapes.value, windowHeight.value]);
  const places = placesIn(facts, maps);
  const inSight = useRowsInSight(ref, layout, maps);
  return (
    <div class={props.pinned ? "map-grid pinned" : "map-grid"} ref={ref}>
      {width > 0 && (
        <div class="tile-stack">
          <MapCanvas layout={layout} panel={panel} probe={probe} places={places} mode={mode} runs={props.runs} label={props.label} dpr={dpr} inSight={inSight} />
          <MapCells {...props} layout={layout} maps={maps} places={places} dpr={dpr} />
        </div>
      )}
    </div>
  );
}

type Rows = { current: ReadonlySet<number> };

/** One canvas for all maps: while the slider moves, only the rows that are seen are painted. */
function MapCanvas({ label, dpr, inSight, ...painting }: Painting & { label: string; dpr: number; inSight: Rows }) {
  const { layout, panel } = painting;
  const painted = useRef(nothingOn(null));
  void [mosaics.decoded.value, picturesDecoded.value, store.arrivals.value, resting.value];
  const paint = (context: CanvasRenderingContext2D) => {
    const sources = sourcesOf(painting);
    if (!sources) return;
    if (painted.current.layout !== layout) {
      painted.current = nothingOn(layout);
      context.clearRect(0, 0, layout.width, layout.height);
    }
    const { rows, patches } = painted.current;
    for (const row of resting.peek() ? everyRow(layout) : inSight.current) {
      const state = rowState(painting, sources, row);
      const waiting = `${state} ${picturesDecoded.peek()}`;
      const was = rows.get(row);
      if (was === state || was === waiting) continue;
      rows.set(row, paintRow(context, painting, sources, row, patches) ? state : waiting);
    }
    // Which epoch is drawn, and whether from the maps' own pictures: the epoch's may still be on their way.
    const { dataset } = context.canvas;
    dataset["epoch"] = String(panel.series.steps[panel.at] ?? "");
    dataset["detail"] = sources.full ? "full" : "overview";
  };
  return <PaintedCanvas width={layout.width} height={layout.height} dpr={dpr} label={label} paint={paint} />;
}

/** What of a canvas is painted: the state of each row, and its patches. */
function nothingOn(layout: CellLayout | null): { layout: CellLayout | null; rows: Map<number, string>; patches: Patches } {
  return { layout, rows: new Map(), patches: new Map() };
}

function everyRow({ rows }: CellLayout): number[] {
  return Array.from({ length: rows }, (_, row) => row);
}

/** Rows that are seen, or nearly: told by the first cell of each. */
function useRowsInSight(ref: { current: HTMLElement | null }, layout: CellLayout, maps: readonly number[]): Rows {
  const rows = useRef<ReadonlySet<number>>(new Set<number>());
  useEffect(() => {
    const inSight = new Set<number>();
    rows.current = inSight;
    const firsts = [...(ref.current?.querySelectorAll("[role=row] > :first-child") ?? [])];
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) inSight.add(firsts.indexOf(target));
          else inSight.delete(firsts.indexOf(target));
        }
      },
      { rootMargin: "80px" },
    );
    for (const first of firsts) observer.observe(first);
    return () => observer.disconnect();
  }, [layout, maps]);
  return rows;
}

/** What is said of the maps: of which record, where they stand in it, and which of them jumped. */
interface Told {
  panel: FeatureReady;
  places: readonly number[];
  jumped: ReadonlySet<number>;
}

/** Follows the pictures: at once where the slider rests, and a few times a second while it moves. */
function useTold(now: Told): ReadonlySignal<Told> {
  const told = useSignal(now);
  const last = useRef(0);
  useLayoutEffect(() => {
    const tell = () => {
      last.current = performance.now();
      told.value = now;
    };
    const wait = resting.peek() ? 0 : last.current + TOLD_EVERY - performance.now();
    if (wait <= 0) return tell();
    const timer = setTimeout(tell, wait);
    return () => clearTimeout(timer);
  });
  return told;
}

interface MapCellsProps extends MapGridProps {
  layout: CellLayout;
  places: readonly number[];
  dpr: number;
}

/** The cells stay from epoch to epoch: only their words are written anew, each where it is another. */
function MapCells({ panel, places, jumped, layout, maps, pinned = false, label, dpr, onHover }: MapCellsProps) {
  const told = useTold({ panel, places, jumped });
  void resting.value;
  const open = openMap.value;
  const draw = () => {
    const cells = maps.map((map, at) => cellOf(map, at, pinned, told, layout, dpr));
    return (
      <CellGrid
        label={label}
        cells={cells}
        columns={layout.columns}
        selected={open}
        onOpen={(map) => (openMap.value = openMap.peek() === map ? null : map)}
        onPin={pinMap}
        onHover={onHover}
      />
    );
  };
  return <Kept by={[layout, maps, pinned, label, dpr, open]}>{draw}</Kept>;
}

function cellOf(map: number, at: number, pinned: boolean, told: ReadonlySignal<Told>, layout: CellLayout, dpr: number): Cell {
  const [left, top] = cellAt(layout, at);
  const place = computed(() => told.value.places[at] ?? -1);
  const state = computed(() => (place.value < 0 ? "not drawn" : told.value.panel.numbers.state(place.value)));
  const jump = computed(() => told.value.jumped.has(map));
  const value = computed(() => (state.value === "alive" ? number(told.value.panel.numbers.at(place.value, 0).value) : state.value));
  // What is written in the cell stands in it as it is written: whoever steers by voice says what is seen.
  const words = () => (state.value === "not drawn" ? "not drawn in this run" : state.value === "alive" ? `${value.value} in strength` : STATE_WORDS[state.value]);
  const pin = pinned ? "Unpin (p)" : "Pin (p): keep it in a row at the top";
  return {
    id: map,
    label: computed(() => `map ${map}, ${words()}${jump.value ? ", jumped" : ""}${pinned ? ", pinned" : ""}`),
    className: computed(() => (state.value === "dead" || state.value === "not finite" ? `cell map ${stateClass(state.value)}` : "cell map")),
    box: { left: left / dpr, top: top / dpr, width: layout.cellWidth / dpr, height: layout.cellHeight / dpr },
    content: (
      <>
        <i class="picture" style={{ height: `${layout.mosaicHeight / dpr}px` }} />
        <span class="name">
          <b>{map}</b>{" "}
          <i class={computed(() => (jump.value ? "jump" : ""))} title="another picture is the strongest than at the previous log" />
          <i class={pinned ? "pin on" : "pin"} data-pin title={pin} />
          <span class="value">{value}</span>
        </span>
      </>
    ),
  };
}
