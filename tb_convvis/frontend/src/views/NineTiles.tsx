/** A map's projections, or its patches, enlarged; the slot under the pointer is told. */

import { Hatch } from "../components/Hatch";
import { PaintedCanvas } from "../components/PaintedCanvas";
import { type FeatureReady, mosaics } from "./features";
import { nineLayout, paintNine } from "./nineLayout";
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
  const { facts } = panel;
  const dpr = window.devicePixelRatio || 1;
  const layout = nineLayout(panel, probe, side, dpr);
  const { at, across, gap, tile: [height, width], size } = layout;
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
        width={size[1]}
        height={size[0]}
        dpr={dpr}
        label={label}
        paint={(context) => paintNine(context, layout, { panel, probe, place, what, runs })}
      />
      <Hatch state={panel.numbers.state(place)} />
      <div
        class="here"
        style={{ left: `${left / dpr}px`, top: `${top / dpr}px`, width: `${width / dpr}px`, height: `${height / dpr}px` }}
      />
    </div>
  );
}
