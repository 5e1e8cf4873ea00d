/** What is said of changes, in words. */

import { number, plural } from "../lib/words";
import type { RankBy } from "../settings";
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
export function countWords({ died, revived, deadAtBoth, medians, drawn, of }: Changes): string {
  const turned = Number.isNaN(medians.turnover) ? "turnover not known" : `median turnover ${percent(medians.turnover)}`;
  const dead = deadAtBoth > 0 ? `, ${deadAtBoth} dead at both` : "";
  const all = drawn >= of ? `all ${plural(of, "map")} drawn` : `${drawn} of ${plural(of, "map")} drawn`;
  return `${died.length} newly dead, ${revived.length} revived${dead}, ${turned}, ${all}`;
}

/** "12.1 → 15.3" */
export function strengthWords({ strengths: [a, b] }: Change): string {
  const one = (strength: number) => (strength > 0 ? number(strength) : "dead");
  return `${one(a)} → ${one(b)}`;
}

/** What the ranking goes by, in a sentence. */
export function rankWords(by: RankBy, { ranking, unknown, medians }: Changes, lossy: boolean): string {
  const maps = plural(ranking.length, "map");
  const middle = ranking.length > unknown ? `, median ${valueWords(by, medians.value)}` : "";
  const rest = unknown > 0 ? `; ${unknown} of unknown value last` : "";
  const of = {
    turnover: `${maps} alive at both, by the share of the strongest pictures that are others`,
    projections: `${maps} alive at both, by 1 − cosine of the strongest projections, computed from the drawn pictures${lossy ? ", which are JPEG: lossy data" : ""}`,
    strength: `${maps} alive at both, drawn or not, by the ratio of the strongest activations; a half counts as much as a double`,
  };
  return `${of[by]}${middle}${rest}.`;
}
