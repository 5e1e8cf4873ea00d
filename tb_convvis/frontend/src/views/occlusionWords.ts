/** What is said of occlusion maps, in words. */

import type { OcclusionFacts, OcclusionRecord } from "../data/occlusion";
import type { Scale } from "../lib/heatmap";
import { number, plural } from "../lib/words";
import { type Position, activationShares, classNameOf, lossOf } from "./occlusion";
import type { Probe } from "./probe";

/** "occluder 5×5, stride 2, 196 positions (14 down, 14 across), value 0.5" */
export function geometryWords({ size, stride, rows, cols, value }: OcclusionFacts): string {
  const steps = stride[0] === stride[1] ? stride[0] : `${stride[0]} down, ${stride[1]} across`;
  const positions = `${plural(rows.length * cols.length, "position")} (${rows.length} down, ${cols.length} across)`;
  const values = value.length > 0 && value.every((one) => one === value[0]) ? value.slice(0, 1) : value;
  return [`occluder ${size[0]}×${size[1]}`, `stride ${steps}`, positions, ...(values.length > 0 ? [`value ${values.map(number).join(", ")}`] : [])].join(", ");
}

export function labelWords({ labelled }: OcclusionFacts): string {
  return labelled ? "true class" : "predicted class";
}

/** How many pictures of the probe set were occluded. */
export function countWords({ images }: OcclusionFacts, probe: Probe | null): string {
  return probe ? `${images.length} of ${plural(probe.facts.count, "probe picture")} occluded` : `${plural(images.length, "picture")} occluded`;
}

type Said = readonly [value: string, beside: string];

/** What is said of one position, each with what it is of the whole picture. */
export interface PositionWords {
  where: string;
  probability: Said;
  drop: Said;
  class: Said;
  activation: Said;
}

/** Single precision knows no more of a probability, and no difference should look like one. */
const PRECISION = 1e6;

function value(found: number | undefined): string {
  return found !== undefined && Number.isFinite(found) ? number(found) : "missing";
}

export function positionWords(record: OcclusionRecord, place: number, [row, col]: Position, probe: Probe | null): PositionWords {
  const { facts } = record;
  const { probability, topClass, activation } = record.grids(place);
  const at = row * facts.cols.length + col;
  const name = (label: number | undefined) =>
    label !== undefined && label >= 0 && label < facts.classes ? classNameOf(probe, label) : "missing";
  const share = activationShares(record, place)[at] ?? Number.NaN;
  const whole = facts.probability[place];
  return {
    where: `row ${facts.rows[row]}, column ${facts.cols[col]}`,
    probability: [value(probability[at]), `of ${value(facts.probability[place])}`],
    drop: [value(Math.round(PRECISION * lossOf(record, place, probability[at] ?? Number.NaN)) / PRECISION), ""],
    class: [Number.isFinite(probability[at]) ? name(topClass[at]) : "missing", `without: ${whole === undefined || Number.isNaN(whole) ? "missing" : name(facts.topClass[place])}`],
    activation: [value(activation[at]), `of ${value(facts.activation[place])}${Number.isNaN(share) ? "" : `, ${number(100 * share)}\u2009%`}`],
  };
}

/** The share that an end of a scale stands for, in so many digits that both ends differ. */
export function percentOf({ low, high }: Scale): (share: number) => string {
  const digits = Math.max(0, Math.ceil(-Math.log10(high - low)) - 1);
  return (share) => `${(100 * share).toFixed(digits)}\u2009%`;
}

/** Whether the network's answer to a picture is a number. */
export function isAnswered({ facts }: OcclusionRecord, place: number): boolean {
  return Number.isFinite(facts.probability[place]);
}

export const UNANSWERED = "the network’s output is not a number";

/** Why parts of panel b are striped, or all of it; null where nothing is. */
export function missingWords(record: OcclusionRecord, place: number): string | null {
  const shares = activationShares(record, place);
  const missing = shares.filter(Number.isNaN).length;
  const total = record.facts.activation[place];
  if (missing === 0) return null;
  if (missing < shares.length) return `striped: ${plural(missing, "position")} missing`;
  if (!isAnswered(record, place)) return `striped: no share, as ${UNANSWERED}`;
  return `striped: no share, as the total without the occluder is ${total === 0 ? "0: the map is silent" : "missing"}`;
}
