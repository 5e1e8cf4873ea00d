/** The pictures of a map at one epoch, those marked that the other epoch lacks. */

import { Hatch } from "../components/Hatch";
import { PaintedCanvas } from "../components/PaintedCanvas";
import { mosaics } from "./features";
import { type NineLayout, type NineTask, nineLayout, paintNine } from "./nineLayout";
import { picturesDecoded } from "./probePictures";

/** Whether the other epoch has the slot's picture too; "none" where no picture excites the map. */
export type SlotMark = "stayed" | "came" | "went" | "none";

interface PairMosaicProps {
  task: NineTask;
  marks: readonly SlotMark[];
  /** Side of the square there is, in CSS pixels. */
  side: number;
  label: string;
}

export function PairMosaic({ task, marks, side, label }: PairMosaicProps) {
  void [mosaics.decoded.value, picturesDecoded.value];
  const dpr = window.devicePixelRatio || 1;
  const state = task.panel.numbers.state(task.place);
  const layout = nineLayout(task.panel, task.probe, side, dpr);
  return (
    <div class="tile-stack" data-what={task.what}>
      <PaintedCanvas width={layout.size[1]} height={layout.size[0]} dpr={dpr} label={state === "alive" ? label : `${label}, ${state}`} paint={(context) => paintNine(context, layout, task)} />
      <Hatch state={state} />
      <SlotMarks marks={marks} layout={layout} dpr={dpr} />
    </div>
  );
}

export function SlotMarks({ marks, layout, dpr }: { marks: readonly SlotMark[]; layout: NineLayout; dpr: number }) {
  const [height, width] = layout.tile;
  return (
    <>
      {marks.map((mark, place) => {
        const [left, top] = layout.at(place);
        const style = { left: `${left / dpr}px`, top: `${top / dpr}px`, width: `${width / dpr}px`, height: `${height / dpr}px` };
        return <i key={place} class={`slot ${mark}`} style={style} />;
      })}
    </>
  );
}
