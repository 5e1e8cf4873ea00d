/** A map over the epochs: a row for each run, and in it the strongest projection at each epoch. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { PaintedCanvas } from "../components/PaintedCanvas";
import { Segmented } from "../components/Segmented";
import type { RunIndex } from "../data/index";
import { seriesKey } from "../data/store";
import { hasJumped } from "../data/top";
import { closestIndex, unionSteps } from "../lib/steps";
import { drawnSize, tileInMap } from "../lib/mosaic";
import { spacingMode } from "../settings";
import { colours, goToStep, stepOf, store, titles } from "../state";
import { FIRST_MAP, mosaics, panelOf, strengthsAround, topSeries } from "./features";
import { drawTile, mosaicOf } from "./paintFeatures";
import { stripSteps } from "./stripSteps";
import type { PanelProps } from "./view";

/** CSS pixels: side of a tile, and least width of a column, in which an epoch's number finds room. */
const TILE = 44;
const COLUMN = 34;
const GAP = 5;
/** From the top of one run's row to that of the next. */
const ROW = TILE + 8;

interface StripProps extends PanelProps {
  map: number;
}

export function MapStrip({ indexes, layer, map }: StripProps) {
  const spacing = spacingMode.value;
  const { steps, logged } = useMemo(() => {
    const all = indexes.map((index) => topSeries(index, layer)?.steps ?? []);
    return { steps: stripSteps(all), logged: unionSteps(all).length };
  }, [indexes, layer, spacing]);
  // Runs that are not kept in step by the epoch stand at different ones.
  const marks = indexes.map(({ run }) => closestIndex(steps, stepOf(run)));
  const here = marks[0] ?? -1;
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = scroller.current;
    const column = box?.querySelector<HTMLElement>("[data-here]");
    if (!box || !column) return;
    const [left, right] = [column.offsetLeft, column.offsetLeft + column.offsetWidth];
    if (left < box.scrollLeft) box.scrollLeft = left;
    else if (right > box.scrollLeft + box.clientWidth) box.scrollLeft = right - box.clientWidth;
  }, [here, steps.length]);
  return (
    <section class="strip" aria-label={`map ${map} over the epochs`}>
      <header>
        <h3>
          Strongest projection at each epoch{" "}
          {steps.length < logged && <span class="quiet">{steps.length} of {logged} shown</span>}
        </h3>
        <p class="legend"><i class="jump" /> another picture became the strongest</p>
        <span class="spring" />
        <Segmented
          label="Epochs"
          value={spacingMode.value}
          onChange={(value) => (spacingMode.value = value)}
          choices={[
            { value: "all", text: "all", title: "Every logged epoch" },
            { value: "log", text: "1, 2, 5, …", title: "Fewer and fewer, as most happens at first" },
          ]}
        />
      </header>
      <div class="film">
        <ul>
          {indexes.map(({ run }) => (
            <li key={run} title={run}>
              <span class="dot" style={{ background: colours.value.get(run) ?? "" }} />
              <span>{titles.value.get(run) ?? run}</span>
            </li>
          ))}
        </ul>
        <div class="scroller" ref={scroller}>
          <Film indexes={indexes} layer={layer} map={map} steps={steps} marks={marks} />
        </div>
      </div>
    </section>
  );
}

function Film({ indexes, layer, map, steps, marks }: StripProps & { steps: readonly number[]; marks: readonly number[] }) {
  const together = marks.every((mark) => mark === marks[0]);
  const pick = (event: MouseEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const found = steps[Math.min(Math.floor((event.clientX - box.left) / (COLUMN_WIDTH + GAP)), steps.length - 1)];
    const row = Math.min(Math.floor((event.clientY - box.top) / ROW), indexes.length - 1);
    if (found !== undefined) goToStep(indexes[row]?.run ?? "", found);
  };
  return (
    <div class="epochs" style={{ width: `${steps.length * (COLUMN_WIDTH + GAP) - GAP}px` }} onClick={pick} data-columns={steps.length}>
      {indexes.map((index) => (
        <FilmRow key={index.run} index={index} layer={layer} map={map} steps={steps} />
      ))}
      <div class="numbers" aria-hidden="true">
        {steps.map((at, column) => (
          <span key={at} class={marks.includes(column) ? "current" : ""} style={{ left: `${column * (COLUMN_WIDTH + GAP)}px`, width: `${COLUMN_WIDTH}px` }}>
            {at}
          </span>
        ))}
      </div>
      {(together ? marks.slice(0, 1) : marks).map((mark, row) => mark >= 0 && (
        <div
          key={row}
          class="column-mark"
          data-here
          style={{
            left: `${mark * (COLUMN_WIDTH + GAP) - 3}px`, width: `${COLUMN_WIDTH + 6}px`,
            ...(together ? {} : { top: `${row * ROW - 3}px`, height: `${TILE + 6}px` }),
          }}
        />
      ))}
    </div>
  );
}

const COLUMN_WIDTH = Math.max(TILE, COLUMN);

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
      const left = Math.round((column * (COLUMN_WIDTH + GAP) + COLUMN_WIDTH / 2) * dpr - width / 2);
      if (picture) drawTile(context, picture, tileInMap(0, mosaic), left, Math.round((TILE * dpr - height) / 2), width, height);
    });
  };
  return (
    <div class="film-row" style={{ height: `${TILE}px` }}>
      <PaintedCanvas
        width={Math.round((steps.length * (COLUMN_WIDTH + GAP) - GAP) * dpr)}
        height={Math.round(TILE * dpr)}
        dpr={dpr}
        label={`strongest projection of map ${map} at ${steps.length} epochs, ${title}`}
        state={[seriesKey(series, 0, place), String(steps), pictures.map((picture) => (picture ? 1 : 0)).join("")]}
        paint={paint}
      />
      <Marks index={index} layer={layer} map={map} steps={steps} />
    </div>
  );
}

const MARKS = { lacking: "not logged at this epoch", dead: "dead: no picture excites it", jumped: "another picture became the strongest" };

function markAt(index: RunIndex, layer: string, map: number, at: number): keyof typeof MARKS | null {
  const position = topSeries(index, layer)?.steps.indexOf(at) ?? -1;
  if (position < 0) return "lacking";
  const { now, before } = strengthsAround(index, layer, at);
  if (now && !((now.maps.value[map] ?? 0) > 0)) return "dead";
  return hasJumped(before?.maps ?? null, now?.maps ?? null, map) ? "jumped" : null;
}

/** Jumps, dead epochs, and epochs that this run lacks. */
function Marks({ index, layer, map, steps }: { index: RunIndex; layer: string; map: number; steps: readonly number[] }) {
  const arrived = store.arrivals.value;
  return useMemo(
    () => (
      <>
        {steps.map((at, column) => {
          const mark = markAt(index, layer, map, at);
          if (mark === null) return null;
          const style = { left: `${column * (COLUMN_WIDTH + GAP)}px`, width: `${COLUMN_WIDTH}px`, height: `${TILE}px` };
          return (
            <i key={at} class={`mark ${mark}`} title={MARKS[mark]} style={style}>
              {mark === "jumped" && <i class="jump" />}
            </i>
          );
        })}
      </>
    ),
    [index, layer, map, steps, arrived],
  );
}
