/** A map of the occluded picture over the epochs: a row for each run. */

import { PaintedCanvas } from "../components/PaintedCanvas";
import { Segmented } from "../components/Segmented";
import type { RunIndex } from "../data/index";
import { seriesKey } from "../data/store";
import { drawnSize } from "../lib/mosaic";
import { frameOf } from "../lib/positions";
import { filmMode, heatMode, opacity, plotMode } from "../settings";
import { titles } from "../state";
import { EpochStrip, LACKING, TILE, marksOf, rowSize, tileAt } from "./EpochStrip";
import { type Common, occlusionSeries, probeOf, soundRecord } from "./occlusion";
import { activationSheet, paintPicture, paintSheet, probabilitySheet } from "./paintOcclusion";
import { pictureName, picturesDecoded } from "./probePictures";
import type { PanelProps } from "./view";

interface OcclusionStripProps extends PanelProps {
  image: number;
  common: Common;
}

const NONE: readonly number[] = [];

export function OcclusionStrip({ indexes, layer, image, common }: OcclusionStripProps) {
  return (
    <EpochStrip
      indexes={indexes}
      title="Epoch by epoch"
      label={`picture ${image} over the epochs`}
      stepsOf={(index) => occlusionSeries(index, layer)?.steps ?? NONE}
      row={(index, steps) => <FilmRow key={index.run} index={index} layer={layer} image={image} common={common} runs={indexes.length} steps={steps} />}
    >
      <Segmented
        label="Panel"
        value={filmMode.value}
        onChange={(value) => (filmMode.value = value)}
        choices={[
          { value: "class", text: `d ${heatMode.value}`, title: "What the occluder does to the class" },
          { value: "map", text: "b activation", title: "What the occluder does to the strongest map" },
        ]}
      />
    </EpochStrip>
  );
}

interface FilmRowProps {
  index: RunIndex;
  layer: string;
  image: number;
  common: Common;
  runs: number;
  steps: readonly number[];
}

function FilmRow({ index, layer, image, common, runs, steps }: FilmRowProps) {
  const decoded = picturesDecoded.value;
  const series = occlusionSeries(index, layer);
  const dpr = window.devicePixelRatio || 1;
  const title = titles.value.get(index.run) ?? index.run;
  const cells = steps.map((step) => {
    const at = series?.steps.indexOf(step) ?? -1;
    const record = series && at >= 0 ? soundRecord(series, at) : null;
    const place = record?.facts.images.indexOf(image) ?? -1;
    return record && place >= 0 ? { record, place, probe: probeOf(index, step, record) } : null;
  });
  const paint = (context: CanvasRenderingContext2D) => {
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    cells.forEach((cell, column) => {
      if (!cell) return;
      const { record, place, probe } = cell;
      const [height, width] = drawnSize(frameOf(record.facts), Math.floor(TILE * dpr));
      const box = [...tileAt(column, height, width, dpr), width, height] as const;
      paintPicture(context, probe, image, runs, box);
      const sheet = filmMode.peek() === "map" ? activationSheet : probabilitySheet;
      paintSheet(context, record.facts, sheet(record, place, common), box);
    });
  };
  const pictures = cells.map((cell) => cell?.probe && pictureName(cell.probe, image));
  return (
    <div class="film-row" style={{ height: `${TILE}px` }}>
      <PaintedCanvas
        {...rowSize(steps.length, dpr)}
        dpr={dpr}
        label={`${filmMode.value === "map" ? "activation" : heatMode.value} at ${steps.length} epochs, ${title}`}
        state={[series && seriesKey(series, 0, 0), steps, image, common, String(pictures), decoded, filmMode.value, opacity.value, plotMode.value]}
        paint={paint}
      />
      {marksOf(steps, (step) => (series?.steps.includes(step) ? null : LACKING))}
    </div>
  );
}
