/** A map's tiles at A and at B, small, out of the overviews of both epochs. */

import { Hatch } from "../components/Hatch";
import { PaintedCanvas } from "../components/PaintedCanvas";
import { seriesKey } from "../data/store";
import { tileInOverview } from "../lib/mosaic";
import { type FeatureReady, OVERVIEW, mosaics } from "./features";
import type { Probe } from "./probe";
import { nineLayout, paintNine } from "./nineLayout";
import { drawTile, overviewPicture } from "./paintFeatures";
import { picturesDecoded } from "./probePictures";

/** CSS pixels. */
export const TILES_SIDE = 57;

interface ChangeTilesProps {
  panel: FeatureReady;
  probe: Probe | null;
  /** Position of the map among the drawn ones; -1 where it was not drawn. */
  place: number;
  runs: number;
  label: string;
}

export function ChangeTiles(props: ChangeTilesProps) {
  if (props.place < 0) return <span class="undrawn">not drawn</span>;
  return (
    <span class="tile-stack">
      <Tiles {...props} />
      <Hatch state={props.panel.numbers.state(props.place)} />
    </span>
  );
}

function Tiles({ panel, probe, place, runs, label }: ChangeTilesProps) {
  const { series, at, facts } = panel;
  const dpr = window.devicePixelRatio || 1;
  const layout = nineLayout(panel, probe, TILES_SIDE, dpr);
  const { tiles, k } = facts;
  const [height, width] = layout.tile;
  if (!tiles) {
    void picturesDecoded.value;
    const paint = (context: CanvasRenderingContext2D) => void paintNine(context, layout, { panel, probe, place, what: "patches", runs });
    return <PaintedCanvas width={layout.size[1]} height={layout.size[0]} dpr={dpr} label={label} paint={paint} />;
  }
  void mosaics.decoded.value;
  const picture = overviewPicture(panel);
  const paint = (context: CanvasRenderingContext2D) => {
    if (!picture) return;
    for (let slot = 0; slot < k; slot++) {
      const source = tileInOverview(place, slot, k, { tile: tiles.overviewTile, across: tiles.across }, tiles.overviewAcross);
      drawTile(context, picture, source, ...layout.at(slot), width, height);
    }
  };
  const state = [seriesKey(series, at, OVERVIEW), place, Boolean(picture)];
  return <PaintedCanvas width={layout.size[1]} height={layout.size[0]} dpr={dpr} label={label} state={state} paint={paint} />;
}
