/** How much each map of a layer changed between two epochs, and which died or came back. */

import { type MapState, type TopFacts, type TopNumbers, stateOf } from "../data/top";
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

/**
 * What became of a map: each is one of these.
 *
 * "alive" is ranked; "not drawn" has no rank, as there is nothing to rank it by; "not finite" was so at A or at B.
 */
export type ChangeKind = "newly dead" | "revived" | "alive" | "not drawn" | "dead at both" | "not finite";

export interface Change {
  map: number;
  kind: ChangeKind;
  /** Where it stands among the drawn maps at A and at B; -1 where it was not drawn. */
  places: readonly [a: number, b: number];
  /** NaN where it is not known. */
  strengths: readonly [a: number, b: number];
  turnover: number;
  /** By what it is ranked: the share, 1 - cosine, or the ratio of the strengths. */
  value: number;
}

export interface Changes {
  /** Of every map, by its number. */
  all: Change[];
  /** Those of a kind; "alive" by their rank, the most changed first. */
  of: Readonly<Record<ChangeKind, Change[]>>;
  /** How many of the ranked have no value. */
  unknown: number;
  medians: { turnover: number; value: number };
  drawn: number;
  maps: number;
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
  const count = whole ? Math.min(a.strengths?.length ?? 0, b.strengths?.length ?? 0) : Math.min(a.facts.of, b.facts.of);
  const all = Array.from({ length: count }, (_, map): Change => {
    const places = [a.facts.maps.indexOf(map), b.facts.maps.indexOf(map)] as const;
    const strengths = [strengthOf(a, map, places[0], whole), strengthOf(b, map, places[1], whole)] as const;
    const both = places[0] >= 0 && places[1] >= 0;
    const kind = kindOf(strengths, by === "strength" || both, whole || both);
    const share = both ? turnover(slotsOf(a, places[0]), slotsOf(b, places[1])) : Number.NaN;
    const value = by === "turnover" ? share : by === "projections" ? (both ? projection(places) : Number.NaN) : kind === "alive" ? strengths[1] / strengths[0] : Number.NaN;
    return { map, kind, places, strengths, turnover: share, value };
  });
  const among = (kind: ChangeKind) => all.filter((change) => change.kind === kind);
  const living = new Map(among("alive").map((change) => [change.map, change]));
  // A strength that fell to a half has changed as much as one that doubled.
  const worth = (map: number) => {
    const value = living.get(map)?.value ?? Number.NaN;
    return by === "strength" ? Math.abs(Math.log(value)) : value;
  };
  const ranking = ranked([...living.keys()], worth).map((map) => living.get(map) as Change);
  return {
    all,
    of: {
      "newly dead": among("newly dead"), revived: among("revived"), alive: ranking,
      "not drawn": among("not drawn"), "dead at both": among("dead at both"), "not finite": among("not finite"),
    },
    unknown: ranking.filter(({ value }) => Number.isNaN(value)).length,
    medians: {
      turnover: median([...ranking, ...among("not drawn")].map((change) => change.turnover)) ?? Number.NaN,
      value: median(ranking.map(({ value }) => value)) ?? Number.NaN,
    },
    drawn: all.filter(({ places }) => Math.min(...places) >= 0).length,
    maps: b.facts.of,
  };
}

const KINDS: Record<Exclude<MapState, "not finite">, Record<Exclude<MapState, "not finite">, ChangeKind>> = {
  alive: { alive: "alive", dead: "newly dead" },
  dead: { alive: "revived", dead: "dead at both" },
};

/** @param rankable whether there is something to rank it by, and `known` whether its strengths are */
function kindOf(strengths: Change["strengths"], rankable: boolean, known: boolean): ChangeKind {
  if (!known) return "not drawn";
  const [before, after] = [stateOf(strengths[0]), stateOf(strengths[1])];
  if (before === "not finite" || after === "not finite") return "not finite";
  const kind = KINDS[before][after];
  return kind === "alive" && !rankable ? "not drawn" : kind;
}

function strengthOf({ numbers, strengths }: Side, map: number, place: number, whole: boolean): number {
  return (whole ? strengths?.[map] : place < 0 ? undefined : numbers.at(place, 0).value) ?? Number.NaN;
}
