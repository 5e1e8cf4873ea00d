/** The five panels of one occluded picture of one run, and what is read at the occluder. */

import { useWidth } from "../components/useWidth";
import { ScaleBar } from "../components/ScaleBar";
import { seriesKey } from "../data/store";
import { className } from "../data/top";
import { frameOf } from "../lib/positions";
import { plural } from "../lib/words";
import { heatMode, occluderAt, opacity, plotMode } from "../settings";
import { ClassLegend } from "./ClassLegend";
import { type Common, type OcclusionReady, classNameOf, positionOf } from "./occlusion";
import { OcclusionPatches } from "./OcclusionPatches";
import { OcclusionReading } from "./OcclusionReading";
import { labelWords, missingWords, percentOf, positionWords } from "./occlusionWords";
import { type Sheet, activationSheet, classSheet, fitted, occluderBox, paintPicture, paintSheet, probabilitySheet } from "./paintOcclusion";
import type { Probe } from "./probe";
import { picturesDecoded } from "./probePictures";
import { Figure, SpatialPanel } from "./SpatialPanel";

/** Between panels, and least side of one that is worth the screen's height, in CSS pixels. */
const GAP = 14;
const LEAST = 200;
/** All panels in one row. */
const MOST = 5;

export interface OcclusionFiguresProps {
  panel: OcclusionReady;
  /** Position of the picture among the occluded ones. */
  place: number;
  probe: Probe | null;
  common: Common;
  runs: number;
}

/** Panels side by side in a column of this width. */
function acrossIn(width: number): number {
  return width >= 940 ? MOST : width >= 430 ? 3 : 2;
}

export function OcclusionFigures(props: OcclusionFiguresProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const across = acrossIn(width);
  const side = Math.floor(Math.min((width - (across - 1) * GAP) / across, Math.max(LEAST, 0.4 * (window.innerHeight || 700))));
  const dpr = window.devicePixelRatio || 1;
  const size = fitted(frameOf(props.panel.record.facts), Math.floor(side * dpr));
  return (
    <div
      class={across === MOST ? "occlusion wide" : "occlusion"}
      ref={ref}
      style={{ "--across": across, "--side": `${side}px`, "--drawn": `${size[1] / dpr}px`, "--gap": `${GAP}px` }}
    >
      {width > 0 && <Figures {...props} side={side} size={size} dpr={dpr} />}
    </div>
  );
}

interface FiguresProps extends OcclusionFiguresProps {
  side: number;
  /** [height, width] of a picture, in device pixels. */
  size: readonly [number, number];
  dpr: number;
}

function Figures({ panel, place, probe, common, runs, side, size: [height, width], dpr }: FiguresProps) {
  const { record, series, at } = panel;
  const { facts } = record;
  const decoded = picturesDecoded.value;
  const image = facts.images[place] ?? 0;
  const map = facts.strongestMap[place] ?? 0;
  const label = classNameOf(probe, facts.labels[place] ?? 0);
  const drop = heatMode.value === "drop";
  const of = `${plural(common.epochs, "record")}, all runs`;
  const striped = missingWords(record, place);
  const shared = { record, place, height, width, dpr };
  const drawn = [seriesKey(series, at, 0), place, probe, decoded, common, opacity.value, plotMode.value];
  const over = (sheet: () => Sheet) => (context: CanvasRenderingContext2D) => {
    paintPicture(context, probe, image, runs, [0, 0, width, height]);
    paintSheet(context, facts, sheet(), [0, 0, width, height]);
  };
  return (
    <>
      <Figure letter="a" title="picture" detail={(probe && className(probe.facts, image)) ?? `number ${image}`}>
        <Occluded {...shared} probe={probe} runs={runs} drawn={drawn} />
      </Figure>
      <Figure letter="b" title="activation" detail={`map ${map}, share of its total`}>
        <SpatialPanel {...shared} label={`total activation of map ${map} as a share of that without the occluder`} state={drawn} paint={over(() => activationSheet(record, place, common))} />
        <ScaleBar scale={common.mapScale} mark={1} say={percentOf(common.mapScale)} words={`98\u2009% of the positions of ${of}; mark: 100\u2009%`} />
        {striped && <p class="quiet">{striped}</p>}
      </Figure>
      <Figure letter="c" title="projections" detail={`of map ${map}${facts.tiles ? `; ${facts.rule}` : ""}`}>
        <OcclusionPatches panel={panel} place={place} probe={probe} runs={runs} side={side} />
      </Figure>
      <OcclusionReading record={record} place={place} probe={probe} />
      <Figure letter="d" title={drop ? "drop of probability" : "probability"} detail={`of ${label}, the ${labelWords(facts)}`}>
        <SpatialPanel {...shared} label={`${drop ? "drop of the" : "the"} probability of ${label}`} state={drawn} paint={over(() => probabilitySheet(record, place, common))} />
        <ScaleBar scale={common.classScale} words={drop ? `largest of ${of}` : "the same for all epochs and runs"} />
      </Figure>
      <Figure letter="e" title="most probable class" detail="with the occluder there">
        <Classes {...shared} probe={probe} state={drawn} paint={over(() => classSheet(record, place, common, probe))} />
        <ClassLegend record={record} place={place} probe={probe} colours={common.colours} />
      </Figure>
    </>
  );
}

interface SharedProps {
  record: OcclusionReady["record"];
  place: number;
  probe: Probe | null;
  height: number;
  width: number;
  dpr: number;
}

/** Painted anew when the occluder moves, which nothing else is. */
function Occluded({ probe, runs, drawn, ...shared }: SharedProps & { runs: number; drawn: unknown[] }) {
  const { record, place, height, width } = shared;
  const { facts } = record;
  const image = facts.images[place] ?? 0;
  const position = positionOf(record, place, occluderAt.value);
  const [red = 128, green = red, blue = red] = facts.colour;
  const paint = (context: CanvasRenderingContext2D) => {
    paintPicture(context, probe, image, runs, [0, 0, width, height]);
    context.fillStyle = `rgb(${red}, ${green}, ${blue})`;
    context.fillRect(...occluderBox(facts, position, height, width));
  };
  return <SpatialPanel {...shared} label="the picture with the occluder" state={[...drawn, ...position]} paint={paint} />;
}

function Classes({ probe, ...shared }: SharedProps & { state: unknown[]; paint: (context: CanvasRenderingContext2D) => void }) {
  const { record, place } = shared;
  const name = positionWords(record, place, positionOf(record, place, occluderAt.value), probe).class[0];
  return <SpatialPanel {...shared} label="the most probable class" title={name} />;
}
