/** Metrics per epoch: what the server sends, and which of them is shown. */

import { type Guard, count, fields, finite, list, nullable, optional, text } from "../lib/guards";
import { type RunIndex, wireStep } from "./index";

export interface ScalarValues {
  run: string;
  tag: string;
  error: string | null;
  /** How many values TensorBoard has; there may be fewer points. */
  kept: number;
  points: { step: number; value: number | null }[];
}

const point: Guard<{ step: number; value: number | null }> = (value, at) => {
  const { step, ...rest } = fields<{ step: number | string; value: number | null }>({ step: wireStep, value: nullable(finite) })(value, at);
  return { step: Number(step), ...rest };
};

export const scalarValues: Guard<ScalarValues[]> = (value, at) =>
  fields({
    series: list(
      fields<ScalarValues>({ run: text, tag: text, error: nullable(text), kept: optional(count, 0), points: list(point) }),
    ),
  })(value, at).series;

export const LOSS = "loss";

/** Names of the metrics that any of the runs has beside the loss, the likeliest first: accuracy, by whatever name. */
export function metricsOf(indexes: readonly RunIndex[]): string[] {
  const names = new Set(indexes.flatMap(({ scalars }) => scalars.map(({ name }) => name)));
  names.delete(LOSS);
  const rank = (name: string) => (name === "accuracy" ? 0 : name === "acc" ? 1 : /accuracy|acc$/.test(name) ? 2 : name === "learning_rate" ? 4 : 3);
  return [...names].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
