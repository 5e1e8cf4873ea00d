/** One map of one run, enlarged: its projections and patches, and where they come from. */

import { ColumnHead } from "../components/Columns";
import { Absent, Loading } from "../components/states";
import { useWidth } from "../components/useWidth";
import { windowHeight } from "../components/windowHeight";
import type { RunIndex } from "../data/index";
import { className } from "../data/top";
import { number } from "../lib/words";
import { mapSlot } from "../settings";
import { type FeatureReady, panelOf } from "./features";
import { NineTiles } from "./NineTiles";
import { type Probe, probeAt } from "./probe";
import { SourcePicture } from "./SourcePicture";

/** Sides of a mosaic in CSS pixels; in a tall window up to such a share of its height. */
const LARGEST = 216;
const TALL = 0.15;
const SMALLEST = 112;
const GAP = 12;
/** The list of the strongest, where it stands beside the pictures. */
const LIST = 190;

export interface MapDetailProps {
  index: RunIndex;
  layer: string;
  map: number;
  runs: number;
}

/** Header, pictures. */
export const DETAIL_PARTS = 2;

export function MapDetail({ index, layer, map, runs }: MapDetailProps) {
  const panel = panelOf(index, layer);
  const place = panel.state === "ready" ? panel.facts.maps.indexOf(map) : -1;
  const words =
    panel.state === "loading" ? null
    : panel.state !== "ready" ? panel.words
    : place < 0 ? `Map ${map} of ${layer} is not among the ${panel.facts.maps.length} drawn of ${panel.facts.of}.`
    : null;
  if (words !== null)
    return (
      <>
        <ColumnHead run={index.run} shown={null} />
        <Absent words={words} />
      </>
    );
  if (panel.state !== "ready") return <Loading height={SMALLEST} />;
  const shown = panel.series.steps[panel.at] ?? 0;
  return (
    <>
      <ColumnHead run={index.run} shown={shown} />
      <Strongest panel={panel} place={place} map={map} probe={probeAt(index, shown, "pictures")} runs={runs} />
    </>
  );
}

interface StrongestProps {
  panel: FeatureReady;
  probe: Probe | null;
  place: number;
  map: number;
  runs: number;
}

function Strongest({ panel, probe, place, map, runs }: StrongestProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const { facts, numbers } = panel;
  const slot = Math.max(0, Math.min(mapSlot.value ?? 0, facts.k - 1));
  const setSlot = (at: number) => (mapSlot.value = at || null);
  // Three pictures and the list side by side where there is room for them, else two and two.
  const three = Math.floor((width - LIST) / 3 - GAP);
  const inOneRow = three >= 124;
  const largest = Math.max(LARGEST, Math.floor(TALL * windowHeight.value));
  const side = Math.max(SMALLEST, Math.min(largest, inOneRow ? three : Math.floor((width - GAP) / 2)));
  const shared = { panel, probe, place, side, slot, runs, onSlot: setSlot };
  return (
    <div class={inOneRow ? "strongest wide" : "strongest"} ref={ref} style={{ "--side": `${side}px` }}>
      {width > 0 && (
        <>
          <figure>
            <figcaption>projections</figcaption>
            {facts.tiles ? <NineTiles {...shared} what="projections" label={`projections of map ${map}`} /> : <p class="quiet">{facts.refused ?? "not logged"}</p>}
          </figure>
          <figure>
            <figcaption>{facts.tiles ? "patches" : "pictures"}</figcaption>
            {probe ? <NineTiles {...shared} what="patches" label={`patches of map ${map}`} /> : <p class="quiet">The probe pictures are not here.</p>}
          </figure>
          <figure>
            <figcaption>source of {ordinal(slot)}</figcaption>
            {probe && <SourcePicture {...shared} probe={probe} />}
          </figure>
          <ol>
            {Array.from({ length: facts.k }, (_, at) => {
              const { value, image } = numbers.at(place, at);
              const name = probe && className(probe.facts, image);
              return (
                <li key={at}>
                  <button type="button" class={at === slot ? "on" : ""} onMouseEnter={() => setSlot(at)} onFocus={() => setSlot(at)}>
                    <span>{at + 1}</span>
                    {value > 0 ? (
                      <>
                        <b>{number(value)}</b>
                        <span>#{image}</span>
                        <span class="name" title={name ?? ""}>{name}</span>
                      </>
                    ) : (
                      <span class="inactive">{image < 0 ? "no picture" : "not activated"}</span>
                    )}
                  </button>
                </li>
              );
            })}
          </ol>
        </>
      )}
    </div>
  );
}

function ordinal(slot: number): string {
  return `number ${slot + 1}`;
}
