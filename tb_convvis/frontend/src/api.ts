/** The server's routes. Addresses are relative, so that a path prefix changes nothing. */

import { type Part, parseContainer } from "./data/container";
import { type HistogramSeries, histogramSeries } from "./data/histograms";
import { type ScalarValues, scalarValues } from "./data/scalars";
import { type RunIndex, type RunList, runIndexes, runList } from "./data/index";
import type { Request } from "./data/plan";
import { parseJson, type Guard } from "./lib/guards";

/** What went wrong with a request, in words for the user. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    message: string,
    /** True where no answer came at all: the server is gone, rather than unwilling. */
    readonly lost: boolean,
  ) {
    super(message);
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function get(route: string, parameters: [string, string][], signal?: AbortSignal): Promise<Response> {
  const query = parameters.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&");
  let response: Response;
  try {
    response = await fetch(`${route}?${query}`, { signal: signal ?? null });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError("TensorBoard does not answer. Is it still running?", true);
  }
  if (response.ok) return response;
  const type = response.headers.get("content-type") ?? "";
  const words = type.startsWith("text/plain") ? (await response.text()).trim().slice(0, 400) : "";
  throw new ApiError(words || `TensorBoard answered ${response.status} ${response.statusText}.`, false);
}

async function json<T>(response: Promise<Response>, guard: Guard<T>, at: string): Promise<T> {
  return parseJson(await (await response).text(), guard, at);
}

const PAGE = 1000;

/** All runs that ConvVis logged. */
export async function fetchRuns(signal?: AbortSignal): Promise<RunList> {
  const read = (offset: number) =>
    json(get("runs", [["offset", String(offset)], ["limit", String(PAGE)]], signal), runList, "runs");
  const first = await read(0);
  const runs = first.runs;
  while (runs.length < first.total) {
    const next = await read(runs.length);
    if (next.runs.length === 0) break;
    runs.push(...next.runs);
  }
  return { total: first.total, tensorboardRuns: first.tensorboardRuns, runs };
}

export async function fetchIndex(runs: readonly string[], signal?: AbortSignal): Promise<RunIndex[]> {
  if (runs.length === 0) return [];
  return json(get("index", runs.map((run) => ["run", run]), signal), runIndexes, "index");
}

export async function fetchBlobs(request: Request, signal?: AbortSignal): Promise<Part[]> {
  const version: [string, string][] = request.version === null ? [] : [["v", String(request.version)]];
  const response = await get("blobs", [["want", request.want], ...version], signal);
  return parseContainer(await response.arrayBuffer());
}

/** What is asked for of TensorBoard's own plugins, by run and tag. */
type SeriesName = { run: string; tag: string };

async function fetchSeries<T>(route: string, wants: readonly SeriesName[], guard: Guard<T[]>, signal?: AbortSignal): Promise<T[]> {
  if (wants.length === 0) return [];
  const want = JSON.stringify(wants.map(({ run, tag }) => [run, tag]));
  return json(get(route, [["want", want]], signal), guard, route);
}

export function fetchHistograms(wants: readonly SeriesName[], signal?: AbortSignal): Promise<HistogramSeries[]> {
  return fetchSeries("histograms", wants, histogramSeries, signal);
}

export function fetchScalars(wants: readonly SeriesName[], signal?: AbortSignal): Promise<ScalarValues[]> {
  return fetchSeries("scalars", wants, scalarValues, signal);
}
