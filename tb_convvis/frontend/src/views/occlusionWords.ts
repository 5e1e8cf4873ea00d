/** What is said of occlusion maps, in words. */

import type { OcclusionFacts, OcclusionRecord } from "../data/occlusion";
import { number, plural } from "../lib/words";
import { type Position, classNameOf, lossOf } from "./occlusion";
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
  const share = (100 * (activation[at] ?? Number.NaN)) / (facts.activation[place] ?? Number.NaN);
  return {
    where: `row ${facts.rows[row]}, column ${facts.cols[col]}`,
    probability: [value(probability[at]), `of ${value(facts.probability[place])}`],
    drop: [value(Math.round(PRECISION * lossOf(record, place, probability[at] ?? Number.NaN)) / PRECISION), ""],
    class: [Number.isFinite(probability[at]) ? name(topClass[at]) : "missing", `without: ${name(facts.topClass[place])}`],
    activation: [value(activation[at]), `of ${value(facts.activation[place])}${Number.isFinite(share) ? `, ${number(share)}\u2009%` : ""}`],
  };
}
