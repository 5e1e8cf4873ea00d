/** A map's projections, or its patches, enlarged; the slot under the pointer is told. */

import { PaintedCanvas } from "../components/PaintedCanvas";
import { drawnSize, tileInMap } from "../lib/mosaic";
import { type FeatureReady, mosaics } from "./features";
import { acrossOf, drawTile, mapPicture, paintPatch } from "./paintFeatures";
import type { Probe } from "./probe";
import { picturesDecoded } from "./probePictures";

export interface NineTilesProps {
  panel: FeatureReady;
  probe: Probe | null;
  /** Position of the map among the drawn ones. */
  place: number;
  what: "projections" | "patches";
  /** Side of the square there is, in CSS pixels. */
  side: number;
  slot: number;
  runs: number;
  label: string;
  onSlot: (slot: number) => void;
}

export function NineTiles({ panel, probe, place, what, side, slot, runs, label, onSlot }: NineTilesProps) {
  void [mosaics.decoded.value, picturesDecoded.value];
  const { facts, numbers } = panel;
  const dpr = window.devicePixelRatio || 1;
  const across = acrossOf(facts.k, facts.tiles?.across);
  const gap = Math.round(2 * dpr);
  const logged = facts.tiles?.tile ?? probe?.facts.size ?? [1, 1];
  const [height, width] = drawnSize(logged, Math.floor((side * dpr - (across - 1) * gap) / across));
  const at = (number: number): [number, number] => [(number % across) * (width + gap), Math.floor(number / across) * (height + gap)];
  const slots = Array.from({ length: facts.k }, (_, number) => number);

  const paint = (context: CanvasRenderingContext2D) => {
    const picture = what === "projections" ? mapPicture(panel, place) : null;
    // What stood there before stays until it is decoded: a moment.
    if (picture === undefined) return;
    for (const number of slots) {
      const [left, top] = at(number);
      if (what === "patches" && probe) paintPatch(context, panel, probe, numbers.at(place, number), runs, [left, top, width, height]);
      else if (picture && facts.tiles) drawTile(context, picture, tileInMap(number, facts.tiles), left, top, width, height);
    }
  };
  const slotOf = (event: MouseEvent & { currentTarget: HTMLElement }) => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.min(across - 1, Math.floor(((event.clientX - box.left) * dpr) / (width + gap)));
    const found = Math.floor(((event.clientY - box.top) * dpr) / (height + gap)) * across + column;
    if (found >= 0 && found < facts.k && found !== slot) onSlot(found);
  };
  const [left, top] = at(slot);
  return (
    <div class="tile-stack" data-what={what} onMouseMove={slotOf} onClick={slotOf}>
      <PaintedCanvas
        width={across * (width + gap) - gap}
        height={Math.ceil(facts.k / across) * (height + gap) - gap}
        dpr={dpr}
        label={label}
        paint={paint}
      />
      <div
        class="here"
        style={{ left: `${left / dpr}px`, top: `${top / dpr}px`, width: `${width / dpr}px`, height: `${height / dpr}px` }}
      />
    </div>
  );
}
