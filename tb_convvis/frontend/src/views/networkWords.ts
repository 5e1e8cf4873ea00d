/** A layer's shape, arguments and receptive field in words. */

import type { Field, LayerFacts, Network, Shape } from "../data/network";
import { whole } from "../lib/words";
import type { SceneNode } from "./networkScene";

/** "32 × 32 × 64", without the axis of the pictures; an axis that is open is a question mark. */
export function shapeWords(shape: Shape | null): string {
  return shape ? shape.slice(1).map((side) => side ?? "?").join(" × ") : "";
}

const sides = (values: readonly (number | null)[], joint = " × "): string => {
  const words = values.map((value) => value ?? "varies");
  return words.every((value) => value === words[0]) ? String(words[0]) : words.join(joint);
};

const trivial = (values: readonly number[]): boolean => values.every((value) => value === 1);

/** "Conv2D 3 × 3, stride 2": what one looks for first. */
export function classWords({ class: kind, facts, inside }: SceneNode): string {
  if (inside > 0) return `${kind} · ${whole(inside)} layers`;
  const kernel = facts && facts.kernel.length > 0 ? ` ${facts.kernel.join("×")}` : "";
  const stride = facts && facts.strides.length > 0 && !trivial(facts.strides) ? ` / ${sides(facts.strides, "×")}` : "";
  return `${kind}${kernel}${stride}`;
}

/** ", 1,024 of them trained"; nothing where all are, or where a layer does not say. */
export function trainedWords({ parameters, layers }: Network): string {
  // A layer inside of another is counted with that.
  const outermost = [...layers.values()].filter(({ name }) => !layers.has(name.slice(0, Math.max(0, name.lastIndexOf("/")))));
  if (outermost.length === 0 || outermost.some(({ trainable }) => trainable === null)) return "";
  const trained = outermost.reduce((sum, { trainable }) => sum + (trainable ?? 0), 0);
  return trained >= parameters ? "" : `, ${whole(trained)} of them trained`;
}

export function parameterWords({ parameters, trainable }: LayerFacts, total: number): string {
  if (parameters === 0) return "none";
  const share = total > 0 ? ` · ${((100 * parameters) / total).toPrecision(2).replace(/\.0$/, "")} % of the network` : "";
  const frozen = trainable === null || trainable === parameters ? "" : trainable === 0 ? " · not trained" : ` · ${whole(trainable)} trained`;
  return `${whole(parameters)}${share}${frozen}`;
}

/** What is to be said of a layer's arguments; those that change nothing are left out. */
export function argumentWords(facts: LayerFacts): [string, string][] {
  const { kernel, strides, padding, dilation, groups, activation } = facts;
  const rows: [string, string][] = [];
  if (kernel.length > 0) rows.push(["Kernel", kernel.join(" × ")]);
  if (strides.length > 0) rows.push(["Stride", sides(strides)]);
  if (padding !== null) rows.push(["Padding", padding]);
  if (!trivial(dilation)) rows.push(["Dilation", sides(dilation)]);
  if (groups > 1) rows.push(["Groups", whole(groups)]);
  if (activation !== null) rows.push(["Activation", activation === "linear" ? "none" : activation]);
  return rows;
}

export function fieldWords(field: Field | undefined, network: Network): [string, string][] {
  if (!field) return network.problem === null ? [] : [["Receptive field", `not known: ${network.problem}`]];
  if (field.reason !== null) return [["Receptive field", `not known. ${field.reason}`]];
  const { size, stride, start, note } = field;
  if (note.includes("whole image")) return [["Receptive field", "the whole picture"]];
  const notes = note.replace("ignoring gate", "without the gates, which see the whole picture").replace("structural", "without the normalisation over the whole map");
  const all: [string, readonly unknown[], string][] = [
    ["Receptive field", size, `${size.join(" × ")} px${notes === "" ? "" : `, ${notes}`}`],
    ["One every", stride, stride.every((value) => value !== null) ? `${sides(stride)} px` : "varies"],
    ["The first begins at", start, `${start.map((value) => String(value).replace("-", "\u2212")).join(", ")} px`],
  ];
  // A record may lack any of them.
  return all.flatMap(([name, values, words]) => (values.length > 0 ? [[name, words]] : []));
}
