/** The occluded pictures, small: one of them is looked at. */

import { PaintedCanvas } from "../components/PaintedCanvas";
import { className } from "../data/top";
import { drawnSize } from "../lib/mosaic";
import { chosenPicture } from "../settings";
import type { Occluded } from "./occlusion";
import { paintPicture } from "./paintOcclusion";
import { pictureName, picturesDecoded } from "./probePictures";

/** Side of a picture in CSS pixels. */
const SIDE = 52;

interface PictureChoiceProps {
  pictures: readonly Occluded[];
  current: number;
  runs: number;
}

export function PictureChoice({ pictures, current, runs }: PictureChoiceProps) {
  const decoded = picturesDecoded.value;
  const dpr = window.devicePixelRatio || 1;
  return (
    <fieldset class="pictures">
      <legend class="visually-hidden">Picture</legend>
      {pictures.map(({ image, probe }) => {
        const [height, width] = drawnSize(probe?.facts.size ?? [1, 1], Math.floor(SIDE * dpr));
        const name = (probe && className(probe.facts, image)) ?? "";
        return (
          <label key={image} class={image === current ? "on" : ""} title={`picture ${image}${name && `, ${name}`}`}>
            <input type="radio" name="picture" checked={image === current} onChange={() => (chosenPicture.value = image)} />
            <PaintedCanvas
              width={width}
              height={height}
              dpr={dpr}
              label={`picture ${image}`}
              state={[probe && pictureName(probe, image), decoded]}
              paint={(context) => void paintPicture(context, probe, image, runs, [0, 0, width, height])}
            />
            <span>{name || `#${image}`}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
