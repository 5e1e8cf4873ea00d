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
import { type Painting, acrossOf, paintMaps } from "./paintFeatures";
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
  const mode = showMode.value;
  const layout = useMemo(() => layoutIn(width, panel, mode, probe, dpr), [width, facts, page.length, mode, probe?.facts, dpr]);
  return (
    <div class="map-grid" ref={ref}>
      {width > 0 && (
        <div class="tile-stack">
          <MapCanvas layout={layout} panel={panel} probe={probe} mode={mode} runs={props.runs} label={props.label} dpr={dpr} />
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

function MapCanvas({ label, dpr, ...painting }: Painting & { label: string; dpr: number }) {
  const ref = useRef<HTMLCanvasElement>(null);
  const { layout, panel } = painting;
  useLayoutEffect(() => {
    const canvas = ref.current;
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return;
    const painted = paintMaps(context, painting);
    if (painted === "nothing") return;
    // Which epoch is drawn, and whether from the maps' own pictures: the epoch's may still be on their way.
    canvas.dataset["epoch"] = String(panel.series.steps[panel.at] ?? "");
    canvas.dataset["detail"] = painted;
  });
  void [mosaics.decoded.value, picturesDecoded.value, store.arrivals.value, resting.value];
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
