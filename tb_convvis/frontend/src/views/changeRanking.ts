/** How much each map of a layer changed between two epochs, and which died or came back. */

import type { TopFacts, TopNumbers } from "../data/top";
import { median } from "../lib/median";
import { ranked } from "../lib/ranking";
import { type Slots, turnover } from "../lib/turnover";
import type { RankBy } from "../settings";

/** What is known of the layer at one of the epochs. */
export interface Side {
  facts: TopFacts;
  numbers: TopNumbers;
  /** Of all maps, drawn or not; null where that is not logged. */
  strengths: Float32Array | null;
}

export interface Change {
  map: number;
  /** Where it stands among the drawn maps at A and at B; -1 where it was not drawn. */
  places: readonly [a: number, b: number];
  strengths: readonly [a: number, b: number];
  turnover: number;
  /** By what it is ranked: the share, 1 - cosine, or the ratio of the strengths. */
  value: number;
}

export interface Changes {
  died: Change[];
  revived: Change[];
  /** Alive at both epochs; the most changed first. */
  ranking: Change[];
  /** How many of them have no value. */
  unknown: number;
  deadAtBoth: number;
  medians: { turnover: number; value: number };
  drawn: number;
  of: number;
}

/** Pictures that excite a drawn map. */
export function slotsOf({ facts, numbers }: Pick<Side, "facts" | "numbers">, place: number): Slots {
  return Array.from({ length: place < 0 ? 0 : facts.k }, (_, slot) => {
    const { image, value } = numbers.at(place, slot);
    return image >= 0 && value > 0 ? image : null;
  });
}

/** @param projection 1 - cosine of the strongest projections of a map; NaN where it is not known */
export function changesBetween(a: Side, b: Side, by: RankBy, projection: (places: Change["places"]) => number): Changes {
  const whole = a.strengths !== null && b.strengths !== null;
  const drawn = b.facts.maps.filter((map) => a.facts.maps.includes(map));
  const maps = whole ? Array.from({ length: Math.min(a.strengths?.length ?? 0, b.strengths?.length ?? 0) }, (_, map) => map) : drawn;
  const all = maps.map((map): Change => {
    const places = [a.facts.maps.indexOf(map), b.facts.maps.indexOf(map)] as const;
    const strengths = [strengthOf(a, map, places[0], whole), strengthOf(b, map, places[1], whole)] as const;
    const share = turnover(slotsOf(a, places[0]), slotsOf(b, places[1]));
    const both = places[0] >= 0 && places[1] >= 0;
    const value = by === "strength" ? strengths[1] / strengths[0] : !both ? Number.NaN : by === "turnover" ? share : projection(places);
    return { map, places, strengths, turnover: both ? share : Number.NaN, value };
  });
  const alive = ({ strengths }: Change) => [strengths[0] > 0, strengths[1] > 0] as const;
  const among = (before: boolean, after: boolean) => all.filter((change) => String(alive(change)) === String([before, after]));
  const living = among(true, true).filter(({ places }) => by === "strength" || Math.min(...places) >= 0);
  const values = new Map(living.map((change) => [change.map, change]));
  // A strength that fell to a half has changed as much as one that doubled.
  const worth = (map: number) => {
    const value = values.get(map)?.value ?? Number.NaN;
    return by === "strength" ? Math.abs(Math.log(value)) : value;
  };
  return {
    died: among(true, false),
    revived: among(false, true),
    ranking: ranked([...values.keys()], worth).map((map) => values.get(map) as Change),
    unknown: living.filter(({ value }) => Number.isNaN(value)).length,
    deadAtBoth: among(false, false).length,
    medians: {
      turnover: median(among(true, true).map((change) => change.turnover)) ?? Number.NaN,
      value: median(living.map(({ value }) => value)) ?? Number.NaN,
    },
    drawn: drawn.length,
    of: b.facts.of,
  };
}

function strengthOf({ numbers, strengths }: Side, map: number, place: number, whole: boolean): number {
  return (whole ? strengths?.[map] : numbers.at(place, 0).value) ?? Number.NaN;
}
