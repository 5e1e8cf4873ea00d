/** What is said of changes, in words. */

import { number, plural } from "../lib/words";
import type { RankBy } from "../settings";
import { stateOf } from "../data/top";
import type { Change, Changes } from "./changeRanking";

export function percent(share: number): string {
  return `${Math.round(100 * share)}\u2009%`;
}

/** A map's change in the measure that ranks it. */
export function valueWords(by: RankBy, value: number): string {
  if (Number.isNaN(value)) return "not known";
  return by === "turnover" ? percent(value) : by === "strength" ? `× ${number(value)}` : number(value);
}

/** "3 newly dead, 1 revived, median turnover 44 %, 64 of 256 maps drawn" */
export function countWords({ of, medians, drawn, maps }: Changes): string {
  const turned = Number.isNaN(medians.turnover) ? "turnover not known" : `median turnover ${percent(medians.turnover)}`;
  const some = (["dead at both", "not finite"] as const).map((kind) => (of[kind].length > 0 ? `, ${of[kind].length} ${kind}` : "")).join("");
  const all = drawn >= maps ? `all ${plural(maps, "map")} drawn` : `${drawn} of ${plural(maps, "map")} drawn`;
  return `${of["newly dead"].length} newly dead, ${of.revived.length} revived${some}, ${turned}, ${all}`;
}

/** "12.1 → 15.3", "dead at both" */
export function strengthWords({ strengths: [a, b] }: Pick<Change, "strengths">): string {
  const one = (strength: number) => {
    if (Number.isNaN(strength)) return "not known";
    const state = stateOf(strength);
    return state === "alive" ? number(strength) : state;
  };
  return one(a) === one(b) && !(a > 0) ? `${one(a)} at both` : `${one(a)} → ${one(b)}`;
}

/** What the ranking goes by, in a sentence. */
export function rankWords(by: RankBy, { of: { alive: ranking }, unknown, medians }: Changes, lossy: boolean): string {
  const maps = plural(ranking.length, "map");
  const middle = ranking.length > unknown ? `, median ${valueWords(by, medians.value)}` : "";
  const rest = unknown > 0 ? `; ${unknown} of unknown value last` : "";
  const words = {
    turnover: `${maps} alive at both, by the share of the strongest pictures that are others`,
    projections: `${maps} alive at both, by 1 − cosine of the strongest projections, computed from the drawn pictures${lossy ? ", which are JPEG: lossy data" : ""}`,
    strength: `${maps} alive at both, drawn or not, by the ratio of the strongest activations; a half counts as much as a double`,
  };
  return `${words[by]}${middle}${rest}.`;
}
