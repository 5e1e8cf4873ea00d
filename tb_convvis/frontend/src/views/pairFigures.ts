/** Figures of one map at A and at B: side by side, or how far its projections lie apart. */

import { type Facts, type Figure, type Item, type Sheet, box } from "../export/figure";
import { cividis } from "../lib/colourMaps";
import { drawnSize } from "../lib/mosaic";
import { alignedTo, stayed } from "../lib/turnover";
import { number } from "../lib/words";
import { slotsOf } from "./changeRanking";
import type { ReadyPair } from "./comparison";
import { placesIn } from "./features";
import { type BlockPlace, type MapTiles, block, blockSize, hatchFacts, stateIn, stateSuffix } from "./mapTiles";
import { differencePicture, pairDifference } from "./pairDifference";
import { scaleBar } from "./scaleFigure";

/** Sides of a block in CSS pixels, and between two tiles and two blocks. */
const LARGEST = 232;
const SMALLEST = 108;
const GAP = 2;
const BETWEEN = 14;
const BLACK = { colour: "#000000", alpha: 1 };
const WHITE = { colour: "#ffffff", alpha: 1 };
/** Width of the scale of differences in CSS pixels. */
const SCALE = 160;

/** A map with its tiles at both epochs. */
export interface MapPairTiles {
  pair: ReadyPair;
  map: number;
  a: MapTiles;
  b: MapTiles;
}

/** Where the figure stands and what it says of itself; its facts go before those of what is drawn. */
export interface PairFrame extends Sheet {
  title: string;
  name: readonly string[];
  factsWith: (more: Facts) => Facts;
}

/** Which of A's pictures B lacks, and which of B's A lacks. */
function turned({ map, a, b }: MapPairTiles) {
  const [before, after] = [a, b].map((tiles) => slotsOf(tiles.panel, placesIn(tiles.panel.facts, [map])[0] ?? -1)) as [(number | null)[], (number | null)[]];
  const went = stayed(before, after).map((same, slot) => !same && before[slot] !== null);
  const came = stayed(after, before).map((same, slot) => !same && after[slot] !== null);
  const count = (marks: readonly boolean[]) => String(marks.filter(Boolean).length);
  const facts: Facts = [["maps", String(map)], ["came", count(came)], ["went", count(went)], ...hatchFacts([stateIn(a, map), stateIn(b, map)])];
  return { went, came, order: alignedTo(after, before), facts };
}

function heading({ title, text }: PairFrame): Item {
  return { kind: "text", text: title, x: 0, y: text, size: text, bold: true };
}

export function sideFigure({ factsWith, ...frame }: PairFrame, tiles: MapPairTiles): Figure {
  const { map, a, b } = tiles;
  const { width: wide, text } = frame;
  const { went, came, facts } = turned(tiles);
  const whats = a.show === "both" && b.show === "both" ? (["projections", "patches"] as const) : [a.show === "patches" || b.show === "patches" ? ("patches" as const) : ("projections" as const)];
  const blocks = whats.flatMap((what) => [{ tiles: a, what, marks: went, side: "A" }, { tiles: b, what, marks: came, side: "B" }]);
  const across = (wide + BETWEEN) / blocks.length - BETWEEN >= SMALLEST ? blocks.length : 2;
  const side = Math.min(LARGEST, Math.floor((wide - (across - 1) * BETWEEN) / across));
  const items: Item[] = [heading({ factsWith, ...frame })];
  let bottom = 0;
  blocks.forEach(({ tiles: one, what, marks, side: name }, at) => {
    const size = drawnSize(one.tile, Math.floor((side - (one.across - 1) * GAP) / one.across));
    const [height] = blockSize(one, size, GAP);
    const place = { left: (at % across) * (side + BETWEEN), top: Math.round(3.6 * text) + Math.floor(at / across) * (side + 2 * text), size, gap: GAP };
    const words: Item = { kind: "text", text: `${name}: ${what}${stateSuffix(stateIn(one, map))}`, x: place.left, y: place.top - 5, size: text };
    items.push(words, ...block(one, map, what, place), ...markItems(one, marks, place));
    bottom = Math.max(bottom, place.top + height);
  });
  const key = "Underlined: a picture that the other epoch lacks";
  items.push({ kind: "text", text: key, x: 0, y: bottom + Math.round(1.4 * text), size: Math.round(0.9 * text) });
  return { ...frame, height: bottom + 2 * text, items, facts: factsWith(facts) };
}

export function differenceFigure({ factsWith, ...frame }: PairFrame, tiles: MapPairTiles): Figure {
  const { pair, map, a, b } = tiles;
  const { width: wide, text } = frame;
  const { came, order, facts } = turned(tiles);
  const pictures = [a, b].map((one) => one.projections.get(placesIn(one.panel.facts, [map])[0] ?? -1));
  const found = pictures[0] && pictures[1] ? pairDifference(pair, pictures[0], pictures[1], order) : null;
  if (!found) throw new Error("The projections at A and at B are not of one size: their pixels cannot be compared.");
  for (const picture of pictures) picture?.close();
  const size = drawnSize(b.tile, Math.floor((Math.min(LARGEST, wide) - (b.across - 1) * GAP) / b.across));
  const [height] = blockSize(b, size, GAP);
  const place = { left: 0, top: Math.round(3.6 * text), size, gap: GAP };
  const bottom = place.top + height;
  const small = Math.round(0.9 * text);
  const scale = scaleBar({ low: 0, high: found.peak, colour: cividis }, String, text)(0, bottom + 2 * text, SCALE);
  const words = (content: string, x: number, y: number): Item => ({ kind: "text", text: content, x, y, size: small });
  const items: Item[] = [
    heading({ factsWith, ...frame }),
    words("|A − B| of the projections", 0, place.top - 5),
    ...found.tiles.map((_, slot): Item => {
      const to = { left: (slot % b.across) * (size[1] + GAP), top: place.top + Math.floor(slot / b.across) * (size[0] + GAP), width: size[1], height: size[0] };
      return { kind: "picture", picture: differencePicture(found, slot), from: { left: 0, top: 0, width: found.width, height: found.height }, to };
    }),
    ...markItems(b, came, place),
    words("Underlined: a picture that A lacks: there the tile shows two different pictures", 0, bottom + Math.round(1.4 * text)),
    ...scale.items,
    words("grey levels of 255, of the colour that differs most", SCALE + text, bottom + 2 * text + Math.round(0.7 * text)),
  ];
  const own: Facts = [...facts, ["shown", `|A - B| from 0 to ${found.peak} grey levels, mean ${number(found.mean)}`]];
  return { ...frame, height: scale.bottom + Math.round(0.4 * text), items, facts: factsWith(own) };
}

/** A bar along the lower edge of the tiles that are marked, which is seen on any picture. */
function markItems({ across }: MapTiles, marks: readonly boolean[], { left, top, size: [height, width], gap }: BlockPlace): Item[] {
  return marks.flatMap((marked, slot) => {
    const bar = { left: left + (slot % across) * (width + gap), top: top + Math.floor(slot / across) * (height + gap) + height - 3, width, height: 3 };
    return marked ? [box(bar, { fill: BLACK }), box({ ...bar, top: bar.top - 1, height: 1 }, { fill: WHITE })] : [];
  });
}
