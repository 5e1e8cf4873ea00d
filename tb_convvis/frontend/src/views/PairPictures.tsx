/** The strongest pictures of a map at A and B: side by side, one over the other, by turns, or how far they lie apart. */

import { useWidth } from "../components/useWidth";
import type { RunIndex } from "../data/index";
import { type Slots, alignedTo, stayed } from "../lib/turnover";
import { type PairMode, showMode } from "../settings";
import { Mark } from "./ChangeColumn";
import { slotsOf } from "./changeRanking";
import { type ReadyPair, epochOf } from "./comparison";
import { Difference } from "./Difference";
import { probeAt } from "./probe";
import { PairMosaic, type SlotMark } from "./PairMosaic";
import { Wipe } from "./Wipe";

/** Sides of a mosaic in CSS pixels. */
const LARGEST = 232;
const SMALLEST = 108;
const GAP = 12;
/** Where all of them can have this side, they stand in one row. */
const ENOUGH = 124;

type What = "projections" | "patches";

interface PairPicturesProps {
  index: RunIndex;
  pair: ReadyPair;
  places: readonly [a: number, b: number];
  map: number;
  mode: PairMode;
  /** Whether the flicker shows B. */
  second: boolean;
  runs: number;
}

export function PairPictures({ index, pair, places, map, mode, second, runs }: PairPicturesProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const panels = [pair.a, pair.b] as const;
  const tiled = panels.every(({ facts }) => facts.tiles);
  const way = mode === "difference" && !tiled ? "side" : mode;
  const [before, after] = [slotsOf(pair.a, places[0]), slotsOf(pair.b, places[1])];
  // Laid over each other, a picture that only changed its rank must not seem another one.
  const order = way === "side" ? before.map((_, slot) => slot) : alignedTo(after, before);
  const went = marksOf(before, after, "went");
  const came = marksOf(after, before, "came");
  const marks = [order.map((slot) => went[slot] ?? "none"), came] as const;
  const count = (of: readonly SlotMark[], what: SlotMark) => of.filter((mark) => mark === what).length;

  const whats: What[] = !tiled ? ["patches"] : way === "difference" ? ["projections"] : showMode.value === "both" ? ["projections", "patches"] : [showMode.value];
  const across = whats.length * (way === "side" ? 2 : 1);
  const fits = (columns: number) => Math.floor((width - (columns - 1) * GAP) / columns);
  const side = Math.max(SMALLEST, Math.min(LARGEST, fits(fits(across) >= ENOUGH ? across : Math.min(2, across))));
  const one = (at: 0 | 1, what: What) => {
    const panel = panels[at];
    const epoch = epochOf(panel);
    const task = { panel, probe: probeAt(index, epoch, "pictures"), place: places[at], what, runs, ...(at === 0 && { order }) };
    return <PairMosaic task={task} marks={marks[at]} side={side} label={`${what} of map ${map} at ${at === 0 ? "A" : "B"}, epoch ${epoch}`} />;
  };
  const apart = (what: What) =>
    ([0, 1] as const).map((at) => (
      <figure key={`${what}${at}`}>
        <figcaption><Mark side={at === 0 ? "a" : "b"} /> {what}</figcaption>
        {one(at, what)}
      </figure>
    ));
  const together = (what: What) => (
    <figure key={what}>
      <figcaption>{way === "flicker" && <Mark side={second ? "b" : "a"} />} {what}</figcaption>
      {way === "wipe" ? (
        <Wipe a={one(0, what)} b={one(1, what)} what={what} />
      ) : (
        <div class="tile-stack">
          {one(0, what)}
          <div class="over" style={{ visibility: second ? "visible" : "hidden" }}>{one(1, what)}</div>
        </div>
      )}
    </figure>
  );
  return (
    <div ref={ref}>
      {width > 0 && (
        <>
          <div class="pictures">
            {way === "difference" ? (
              <Difference pair={pair} places={places} order={order} marks={came} side={side} map={map} />
            ) : (
              whats.map((what) => (way === "side" ? apart(what) : together(what)))
            )}
          </div>
          <p class="quiet small marks">
            <span><i class="slot stayed" /> {count(came, "stayed")} stayed</span>
            <span><i class="slot came" /> {count(came, "came")} came</span>
            <span><i class="slot went" /> {count(went, "went")} went</span>
            {mode === "difference" && !tiled && <span>No projections, so no difference of their pixels.</span>}
            {way !== "side" && <span>A’s pictures that stayed lie where B has them.</span>}
          </p>
        </>
      )}
    </div>
  );
}

function marksOf(slots: Slots, other: Slots, otherwise: SlotMark): SlotMark[] {
  const same = stayed(slots, other);
  return slots.map((picture, slot) => (picture === null ? "none" : same[slot] ? "stayed" : otherwise));
}
