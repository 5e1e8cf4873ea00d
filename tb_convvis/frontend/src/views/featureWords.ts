/** What is said of features, in words. */

import { type MapState, type ProbeFacts, type StrengthFacts, type TopFacts, className } from "../data/top";
import { enumerate, number, plural, whole } from "../lib/words";
import { type FeatureReady, type Strength } from "./features";
import type { Probe } from "./probe";

/** How many of the maps are drawn. */
export function drawnWords({ facts }: FeatureReady): string {
  const all = facts.maps.length >= facts.of;
  return all ? `All ${plural(facts.of, "map")} drawn.` : `${facts.maps.length} of ${plural(facts.of, "map")} drawn (a seeded draw).`;
}

/** "deconvnet; extended to silu in act1 and act2" */
export function ruleWords({ rule, extended }: Pick<TopFacts, "rule" | "extended">): string {
  const layers = new Map<string, string[]>();
  for (const use of extended) {
    const cut = use.lastIndexOf(": ");
    const operation = cut < 0 ? use : use.slice(cut + 2);
    layers.set(operation, [...(layers.get(operation) ?? []), ...(cut < 0 ? [] : [use.slice(0, cut)])]);
  }
  const parts = [...layers].map(([operation, names]) => (names.length > 0 ? `${operation} in ${enumerate(names)}` : operation));
  return parts.length > 0 ? `${rule}; extended to ${enumerate(parts)}` : rule;
}

/** Among how many pictures the strongest of each map were looked for, and how these are drawn. */
export function searchedWords({ count, searched, display }: ProbeFacts): string {
  const among = searched > count ? `${plural(searched, "picture")}, of which the log has ${whole(count)}` : plural(count, "probe picture");
  return `Strongest of ${among}${display ? `, drawn so that ${display}` : ""}. `;
}

/** What changed since the previous log; null where there is none. */
export function changeWords({ jumps, alive, weightChange, projectionChange, comparable }: StrengthFacts, maps: number): string | null {
  const parts = [
    ...(weightChange === null ? [] : [`weights ${number(weightChange)}`]),
    ...(projectionChange === null ? [] : [`projections ${number(projectionChange)} (over ${plural(comparable, "comparable map")})`]),
  ];
  const counted = alive === null ? `${plural(maps, "map")} jumped, died or revived` : `${plural(alive, "live map")} jumped`;
  const jumped = jumps === null ? [] : [`${jumps === 0 ? "none" : jumps} of ${counted}`];
  if (parts.length + jumped.length === 0) return null;
  return `Change since the previous log: ${[...parts, ...jumped].join(", ")}.`;
}

export function pictureWords(probe: Probe | null, image: number): string {
  const name = probe && className(probe.facts, image);
  return name ? `picture ${image}, ${name}` : `picture ${image}`;
}

/** Why there is nothing to see of a map. */
export const STATE_WORDS: Readonly<Record<Exclude<MapState, "alive">, string>> = {
  dead: "dead: no picture excites it",
  "not finite": "not finite: none of its activations is a finite number",
};

/** One map, in a line. */
export function mapWords({ facts, numbers }: FeatureReady, map: number, probe: Probe | null, strength: Strength | null): string {
  const place = facts.maps.indexOf(map);
  const share = strength?.maps.deadShare[map];
  const silent = share === undefined ? "" : `; no response to ${number(100 * share)}\u2009% of the pictures`;
  if (place < 0) return `map ${map}: not drawn in this run`;
  const { value, image } = numbers.at(place, 0);
  const state = numbers.state(place);
  if (state !== "alive") return `map ${map}: ${STATE_WORDS[state]}`;
  return `map ${map}: strength ${number(value)} in ${pictureWords(probe, image)}${silent}`;
}
