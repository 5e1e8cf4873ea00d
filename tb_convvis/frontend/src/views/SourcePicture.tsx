/** The whole picture that an activation comes from, with the window that the unit sees drawn into it. */

import { PaintedCanvas } from "../components/PaintedCanvas";
import { windowOf } from "../data/top";
import { drawnSize } from "../lib/mosaic";
import type { FeatureReady } from "./features";
import { pictureWords } from "./featureWords";
import { drawTile } from "./paintFeatures";
import type { Probe } from "./probe";
import { pictureOf, pictureSize, picturesDecoded } from "./probePictures";

interface SourcePictureProps {
  panel: FeatureReady;
  probe: Probe;
  place: number;
  slot: number;
  /** Side of the square there is, in CSS pixels. */
  side: number;
  runs: number;
}

export function SourcePicture({ panel, probe, place, slot, side, runs }: SourcePictureProps) {
  void picturesDecoded.value;
  const entry = panel.numbers.at(place, slot);
  if (entry.image < 0) return <p class="quiet">No picture.</p>;
  const dpr = window.devicePixelRatio || 1;
  const size = pictureSize(probe, entry.image);
  const [height, width] = drawnSize(size, Math.floor(side * dpr));
  const scale = height / size[0] / dpr;
  const window_ = windowOf(panel.facts, entry, size);
  const clip = (value: number, most: number) => Math.max(0, Math.min(most, value));
  const [left, top] = [clip(window_.left, size[1]), clip(window_.top, size[0])];
  const right = clip(window_.left + window_.width, size[1]);
  const bottom = clip(window_.top + window_.height, size[0]);
  const paint = (context: CanvasRenderingContext2D) => {
    const picture = pictureOf(probe, entry.image, runs);
    if (picture) drawTile(context, picture, { left: 0, top: 0, width: picture.width, height: picture.height }, 0, 0, width, height);
  };
  const words = pictureWords(probe, entry.image);
  return (
    <div class="tile-stack source" title={words}>
      <PaintedCanvas width={width} height={height} dpr={dpr} label={`${words}, with the window of the unit`} paint={paint} />
      <div
        class="window"
        style={{
          left: `${left * scale}px`, top: `${top * scale}px`,
          width: `${(right - left) * scale}px`, height: `${(bottom - top) * scale}px`,
        }}
      />
    </div>
  );
}
