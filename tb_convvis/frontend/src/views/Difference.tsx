/** How far the drawn projections of a map at A and at B lie apart, pixel by pixel. */

import { useMemo } from "preact/hooks";
import { PaintedCanvas } from "../components/PaintedCanvas";
import { isLossless } from "../data/bitmaps";
import { seriesKey } from "../data/store";
import { cividis } from "../lib/colourMaps";
import { number } from "../lib/words";
import { store } from "../state";
import type { ReadyPair } from "./comparison";
import { FIRST_MAP, type FeatureReady, mosaics } from "./features";
import { nineLayout } from "./nineLayout";
import { drawTile, mapPicture } from "./paintFeatures";
import { differencePicture, pairDifference } from "./pairDifference";
import { type SlotMark, SlotMarks } from "./PairMosaic";

interface DifferenceProps {
  pair: ReadyPair;
  places: readonly [a: number, b: number];
  /** Which of A's slots lies on each of B's. */
  order: readonly number[];
  marks: readonly SlotMark[];
  side: number;
  map: number;
}

export function Difference({ pair, places, order, marks, side, map }: DifferenceProps) {
  void mosaics.decoded.value;
  const dpr = window.devicePixelRatio || 1;
  const { a, b } = pair;
  const [before, after] = [mapPicture(a, places[0]), mapPicture(b, places[1])];
  const keys = [keyOf(a, places[0]), keyOf(b, places[1]), String(order), side];
  const found = useMemo(() => (before && after ? pairDifference(pair, before, after, order) : null), [Boolean(before && after), ...keys]);
  const layout = nineLayout(b, null, side, dpr);
  const paint = (context: CanvasRenderingContext2D) => {
    if (!found) return;
    found.tiles.forEach((_, slot) => {
      const picture = differencePicture(found, slot);
      const [left, top] = layout.at(slot);
      drawTile(context, picture, { left: 0, top: 0, width: found.width, height: found.height }, left, top, layout.tile[1], layout.tile[0]);
    });
  };
  if (before === null || after === null) return <p class="quiet">A picture of this map cannot be read.</p>;
  if (before && after && !found) return <p class="quiet">The projections at A and at B are not of one size: their pixels cannot be compared.</p>;
  const lossless = [blobOf(a, places[0]), blobOf(b, places[1])].every((bytes) => bytes && isLossless(bytes));
  return (
    <figure class="difference">
      <figcaption>|A − B| of the projections</figcaption>
      <div class="tile-stack">
        <PaintedCanvas
          width={layout.size[1]}
          height={layout.size[0]}
          dpr={dpr}
          label={`difference of the projections of map ${map}`}
          state={[found, ...keys]}
          paint={paint}
        />
        <SlotMarks marks={marks} layout={layout} dpr={dpr} />
      </div>
      {found && (
        <div class="scale" data-peak={found.peak}>
          <p>
            <span>0</span>
            <i style={{ background: `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(cividis).join()})` }} />
            <span>{found.peak}</span>
          </p>
          <p class="quiet small">
            grey levels of 255, of the colour that differs most; the brightest is this map’s greatest. Mean {number(found.mean)}.{" "}
            {lossless ? "Drawn lossless (PNG)." : "Drawn as JPEG: lossy, so a few levels mean nothing."}
          </p>
        </div>
      )}
    </figure>
  );
}

function keyOf({ series, at }: FeatureReady, place: number): string {
  return seriesKey(series, at, FIRST_MAP + place);
}

function blobOf({ series, at }: FeatureReady, place: number): Uint8Array | null | undefined {
  return store.blob(series, at, FIRST_MAP + place)?.value;
}
