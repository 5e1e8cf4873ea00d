/** Records around a step, in as few requests and bytes as will do. */

import type { Series } from "../data/index";
import type { Want } from "../data/plan";
import { shownAt, store } from "../state";

/** The part of a record that is drawn while the slider moves. */
export interface Head {
  /** Blobs that are always in it. */
  needed: readonly number[];
  want: (series: Series, positions: number[]) => Want;
  /** Bytes of one window of epochs, for all runs together, and how many logs it reaches at most. */
  bytes: number;
  furthest: number;
}

/** What the nearest position that is here says; null where none is. */
export function nearest<T>(series: Series, at: number, look: (place: number) => T | null | undefined): T | null {
  for (let off = 0; off < series.steps.length; off++) {
    const found = look(at - off) ?? look(at + off);
    if (found != null) return found;
  }
  return null;
}

/** Sizes of the blobs of one step, by the nearest manifest that is here. */
export function sizesOf(series: Series, at: number): number[] {
  return nearest(series, at, (place) => store.manifest(series, place)?.value)?.blobs.map(({ size }) => size) ?? [];
}

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

function missing(series: Series, at: number, { needed }: Head): boolean {
  return at >= 0 && at < series.steps.length && needed.some((index) => store.lacks(series, at, index));
}

/** The head at a position, where it was never asked for. */
export function headAt(series: Series, at: number, head: Head): Want[] {
  return missing(series, at, head) ? [head.want(series, [at])] : [];
}

export function headsAt(all: readonly Series[], head: Head): Want[] {
  return all.flatMap((series) => headAt(series, shownAt(series), head));
}

/** True where a record at the step, or within so many logs in one direction, was never asked for. */
export function headsLack(all: readonly Series[], head: Head, ahead = 0): boolean {
  return all.some((series) => {
    const at = shownAt(series);
    for (let off = 0; off <= Math.abs(ahead); off++) if (missing(series, at + Math.sign(ahead) * off, head)) return true;
    return false;
  });
}

/** Heads of all runs around a step: of all epochs where they are small. */
export function headsAround(all: readonly Series[], head: Head): Want[] {
  const perEpoch = sum(all.map((series) => head.want(series, [Math.max(0, shownAt(series))]).bytesPerStep));
  const reach = Math.max(1, Math.min(head.furthest, Math.floor(head.bytes / Math.max(1, perEpoch) / 2)));
  return all.flatMap((series) => {
    const at = shownAt(series);
    if (at < 0) return [];
    const first = Math.max(0, Math.min(at - reach, series.steps.length - 1 - 2 * reach));
    const positions = series.steps.map((_, place) => place).slice(first, first + 2 * reach + 1);
    const lacking = positions.filter((place) => missing(series, place, head));
    return lacking.length > 0 ? [head.want(series, lacking)] : [];
  });
}

/** Some blobs of the record at a step, such as pictures. */
export interface Detail {
  series: Series;
  at: number;
  indices: number[];
}

/** What fetching a blob costs, in bytes: TensorBoard's data server hands them out one by one, half a millisecond each. */
const BLOB_COST = 4_096;

/** Blobs at a step and at its neighbours, up to so many bytes; nothing where those of the step are here. */
export function detailsAround(details: readonly Detail[], bytes: number, furthest: number): Want[] {
  const lacks = (series: Series, at: number, indices: number[]) => indices.some((index) => store.lacks(series, at, index));
  if (!details.some(({ series, at, indices }) => lacks(series, at, indices))) return [];
  const sized = details.map((detail) => {
    const sizes = sizesOf(detail.series, detail.at);
    return { ...detail, bytesPerStep: sum(detail.indices.map((index) => sizes[index - 1] ?? 0)) };
  });
  const cost = sum(sized.map(({ bytesPerStep, indices }) => bytesPerStep + BLOB_COST * indices.length));
  const reach = Math.min(furthest, Math.floor(bytes / Math.max(1, cost) / 2));
  return sized.flatMap(({ series, at, indices, bytesPerStep }) => {
    const near = series.steps.map((_, place) => place).slice(Math.max(0, at - reach), at + reach + 1);
    const positions = near.filter((place) => lacks(series, place, indices));
    return positions.length > 0 ? [{ series, positions, indices, bytesPerStep }] : [];
  });
}
