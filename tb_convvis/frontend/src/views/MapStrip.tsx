/** A map over the epochs: a row for each run, and in it the strongest projection at each epoch. */

import { PaintedCanvas } from "../components/PaintedCanvas";
import { stateClass } from "../components/Hatch";
import { Kept } from "../components/Kept";
import type { RunIndex } from "../data/index";
import { seriesKey } from "../data/store";
import { hasJumped, stateOf } from "../data/top";
import { drawnSize, tileInMap } from "../lib/mosaic";
import { store, titles } from "../state";
import { EpochStrip, LACKING, type Marked, TILE, marksOf, rowSize, tileAt } from "./EpochStrip";
import { FIRST_MAP, mosaics, panelOf, strengthsAround, topSeries } from "./features";
import { STATE_WORDS } from "./featureWords";
import { drawTile, mosaicOf } from "./paintFeatures";
import type { PanelProps } from "./view";

interface StripProps extends PanelProps {
  map: number;
}

const NONE: readonly number[] = [];

export function MapStrip({ indexes, layer, map }: StripProps) {
  return (
    <EpochStrip
      indexes={indexes}
      title="Strongest projection at each epoch"
      label={`map ${map} over the epochs`}
      stepsOf={(index) => topSeries(index, layer)?.steps ?? NONE}
      row={(index, steps) => <FilmRow key={index.run} index={index} layer={layer} map={map} steps={steps} />}
    >
      <p class="legend"><i class="jump" /> another picture became the strongest</p>
    </EpochStrip>
  );
}

function FilmRow({ index, layer, map, steps }: { index: RunIndex; layer: string; map: number; steps: readonly number[] }) {
  void [mosaics.decoded.value, store.arrivals.value];
  const panel = panelOf(index, layer);
  const dpr = window.devicePixelRatio || 1;
  const title = titles.value.get(index.run) ?? index.run;
  if (panel.state !== "ready") return <div class="film-row" style={{ height: `${TILE}px` }} />;
  const place = panel.facts.maps.indexOf(map);
  if (place < 0 || !panel.facts.tiles)
    return (
      <p class="film-row quiet" style={{ height: `${TILE}px` }}>
        {place < 0 ? "not drawn in this run" : (panel.facts.refused ?? "not logged")}
      </p>
    );
  const { series } = panel;
  const mosaic = mosaicOf(panel);
  const [height, width] = drawnSize(mosaic.tile, Math.floor(TILE * dpr));
  const pictures = steps.map((at) => {
    const position = series.steps.indexOf(at);
    const blob = position < 0 ? undefined : store.blob(series, position, FIRST_MAP + place)?.value;
    if (!blob) return undefined;
    const key = seriesKey(series, position, FIRST_MAP + place);
    mosaics.want(key, blob);
    return mosaics.get(key);
  });
  const paint = (context: CanvasRenderingContext2D) => {
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    pictures.forEach((picture, column) => {
      if (picture) drawTile(context, picture, tileInMap(0, mosaic), ...tileAt(column, height, width, dpr), width, height);
    });
  };
  return (
    <div class="film-row" style={{ height: `${TILE}px` }}>
      <PaintedCanvas
        {...rowSize(steps.length, dpr)}
        dpr={dpr}
        label={`strongest projection of map ${map} at ${steps.length} epochs, ${title}`}
        state={[seriesKey(series, 0, place), String(steps), pictures.map((picture) => (picture ? 1 : 0)).join("")]}
        paint={paint}
      />
      <Marks index={index} layer={layer} map={map} steps={steps} />
    </div>
  );
}

function markAt(index: RunIndex, layer: string, map: number, at: number): Marked {
  const position = topSeries(index, layer)?.steps.indexOf(at) ?? -1;
  if (position < 0) return LACKING;
  const { now, before } = strengthsAround(index, layer, at);
  const state = now ? stateOf(now.maps.value[map] ?? 0) : "alive";
  if (state !== "alive") return [stateClass(state), STATE_WORDS[state]];
  const jumped = hasJumped(before?.maps ?? null, now?.maps ?? null, map);
  return jumped ? ["jumped", "another picture became the strongest", <i class="jump" />] : null;
}

/** Jumps, epochs at which it was dead or not finite, and epochs that this run lacks. */
function Marks({ index, layer, map, steps }: { index: RunIndex; layer: string; map: number; steps: readonly number[] }) {
  const arrived = store.arrivals.value;
  return <Kept by={[index, layer, map, steps, arrived]}>{() => marksOf(steps, (at) => markAt(index, layer, map, at))}</Kept>;
}
