/** Panel c: the watched map's projection into the occluded picture, and into its strongest other pictures. */

import { PaintedCanvas } from "../components/PaintedCanvas";
import { tileInMap } from "../lib/mosaic";
import { frameOf } from "../lib/positions";
import { number } from "../lib/words";
import { store } from "../state";
import { FIRST_TILES, type OcclusionReady, projections } from "./occlusion";
import { MID_GREY, drawTile, paintPatch } from "./paintFeatures";
import { pictureWords } from "./featureWords";
import { UNANSWERED, isAnswered } from "./occlusionWords";
import type { Probe } from "./probe";
import { type Box, patchLayout } from "./patchLayout";
import { picturesDecoded } from "./probePictures";
import { recordPicture } from "./recordPicture";

interface OcclusionPatchesProps {
  panel: OcclusionReady;
  place: number;
  probe: Probe | null;
  runs: number;
  /** Side of the square there is, in CSS pixels. */
  side: number;
}

export function OcclusionPatches({ panel, place, probe, runs, side }: OcclusionPatchesProps) {
  void [projections.decoded.value, picturesDecoded.value];
  const { facts, numbers } = panel.record;
  const { tiles, k } = facts;
  const dpr = window.devicePixelRatio || 1;
  const { slots, height, width } = patchLayout(tiles?.tile ?? frameOf(facts), k, Math.floor(side * dpr), Math.round(3 * dpr), tiles !== null);
  const picture = tiles ? recordPicture(projections, panel, FIRST_TILES + place) : null;
  const entries = slots.map((_, slot) => numbers.at(place, slot));
  const answered = isAnswered(panel.record, place);
  const words = entries.map((entry) =>
    entry.image < 0 ? "no picture" : `${pictureWords(probe, entry.image)}: activation ${number(entry.value)}`,
  );
  const paint = (context: CanvasRenderingContext2D) => {
    // While they are decoded, those of the epoch before stay: a moment.
    if (picture === undefined && store.blob(panel.series, panel.at, FIRST_TILES + place)) return;
    context.clearRect(0, 0, width, height);
    slots.forEach(({ projection, patch }, slot) => {
      if (tiles && picture && answered) drawTile(context, picture, tileInMap(slot, { tile: tiles.tile, across: k }), ...projection);
      else if (tiles) grey(context, projection);
      const entry = entries[slot];
      if (probe && entry) paintPatch(context, panel.record, probe, entry, runs, patch);
    });
  };
  return (
    <>
      <div class="tile-stack" data-epoch={picture === undefined ? "" : panel.series.steps[panel.at]}>
        <PaintedCanvas width={width} height={height} dpr={dpr} label={`map ${facts.strongestMap[place]}: ${words.join("; ")}`} paint={paint} />
        {slots.map(({ projection, patch }, slot) => {
          const [left, top] = tiles ? projection : patch;
          const style = {
            left: `${left / dpr}px`, top: `${top / dpr}px`,
            width: `${(patch[0] + patch[2] - left) / dpr}px`, height: `${(patch[1] + patch[3] - top) / dpr}px`,
          };
          return <div key={slot} class={slot === 0 ? "patch here" : "patch"} style={style} title={words[slot]} />;
        })}
      </div>
      <p class="quiet">
        {facts.refused !== null ? `No projections: ${facts.refused}` : saysOf(picture, answered)}
      </p>
    </>
  );
}

function grey(context: CanvasRenderingContext2D, box: Box): void {
  context.fillStyle = MID_GREY;
  context.fillRect(...box);
}

function saysOf(picture: ImageBitmap | null | undefined, answered: boolean): string {
  if (!answered) return `No projections: ${UNANSWERED}.`;
  return picture === null ? "The projections are damaged." : "Framed: this picture. Right: strongest others.";
}
