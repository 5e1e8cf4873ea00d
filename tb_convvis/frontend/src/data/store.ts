/**
 * Records that were fetched, by what they are: run, tag, step, wall time, index.
 *
 * A late answer is never wrong, only late: it is filed under its own name, and what is on the screen is
 * looked up by the name of what was asked for.
 */

import { signal } from "@preact/signals";
import { ApiError, fetchBlobs, isAbort, wordsOf } from "../api";
import { Lru } from "../lib/lru";
import { plural } from "../lib/words";
import { type Kernel, type Manifest, parseKernel, parseManifest } from "./manifest";
import type { Series } from "./index";
import type { Part } from "./container";
import { type Request, type Want, plan } from "./plan";

/** What became of a record: the thing itself, or why it cannot be shown. */
export type Outcome<T> = { value: T; error: null } | { value: null; error: string };

const knownKeys = new WeakMap<Series, string[]>();

/** The name under which a record is filed. Looked up at every step for every epoch: so each is made once. */
export function seriesKey(series: Series, at: number, index: number): string {
  let keys = knownKeys.get(series);
  if (!keys) {
    const { run, tag, wire, walls } = series;
    keys = wire.map((step, position) => JSON.stringify([run, tag, String(step), walls[position]]));
    knownKeys.set(series, keys);
  }
  return `${keys[at]}${index}`;
}

function partsOf(want: Want): { want: Want; at: number; index: number; key: string }[] {
  const { series, positions, indices } = want;
  return positions.flatMap((at) => indices.map((index) => ({ want, at, index, key: seriesKey(series, at, index) })));
}

export class Store {
  readonly #manifests = new Lru<Outcome<Manifest>>(48 * 2 ** 20);
  readonly #kernels = new Lru<Outcome<Kernel>>(128 * 2 ** 20);
  readonly #blobs = new Lru<Outcome<Uint8Array<ArrayBuffer>>>(160 * 2 ** 20);
  readonly #pending = new Map<string, Request>();
  /** When a request has ended, however it did. */
  readonly #ends = new WeakMap<Request, Promise<void>>();
  /** Counts arrivals; reading it makes a component look again when something came. */
  readonly arrivals = signal(0);
  /** Why the last request failed; null when it did not. */
  readonly trouble = signal<{ words: string; lost: boolean } | null>(null);

  manifest(series: Series, at: number): Outcome<Manifest> | undefined {
    return this.#manifests.get(seriesKey(series, at, 0));
  }

  kernel(series: Series, at: number): Outcome<Kernel> | undefined {
    return this.#kernels.get(seriesKey(series, at, 1));
  }

  /** A blob as it was logged, of a kind other than filters; 1 is the first behind the manifest. */
  blob(series: Series, at: number, index: number): Outcome<Uint8Array<ArrayBuffer>> | undefined {
    return this.#blobs.get(seriesKey(series, at, index));
  }

  /** True where the record is neither here nor on its way. */
  lacks(series: Series, at: number, index: number): boolean {
    const key = seriesKey(series, at, index);
    return !this.#pending.has(key) && !this.#cache(series, index).has(key);
  }

  /** Fetches what of the wants is neither here nor on its way. Resolves when all of it came or failed. */
  async ensure(wants: readonly Want[], signal?: AbortSignal): Promise<void> {
    const missing = wants
      .map((want) => ({ ...want, positions: want.positions.filter((at) => this.#lacks(want, at)) }))
      .filter((want) => want.positions.length > 0);
    const ends = plan(missing).map((request) => {
      const end = this.#fetch(request, signal);
      this.#ends.set(request, end);
      return end;
    });
    await Promise.all(ends);
  }

  /**
   * Fetches all of the wants, what is on its way for others included, and throws where some of it did not come.
   *
   * For what must be whole: `ensure` leaves out what cannot be fetched, which a view shows as still loading. What came
   * may be damaged.
   */
  async need(wants: readonly Want[]): Promise<void> {
    for (;;) {
      await this.ensure(wants);
      const others = new Set(wants.flatMap((want) => partsOf(want)).flatMap(({ key }) => this.#pending.get(key) ?? []));
      if (others.size === 0) break;
      // Whoever asked for it may give it up: then it is asked for again.
      await Promise.all([...others].map((request) => this.#ends.get(request)));
    }
    const records = wants.flatMap((want) => want.positions.map((at) => ({ want, at })));
    const lacking = records.filter(({ want, at }) => this.#lacks(want, at)).length;
    if (lacking > 0)
      throw new Error(`${lacking} of ${plural(records.length, "record")} could not be fetched. ${this.trouble.peek()?.words ?? "They are more than the page can hold."}`);
  }

  #lacks(want: Want, at: number): boolean {
    return want.indices.some((index) => this.lacks(want.series, at, index));
  }

  #cache(series: Series, index: number): { has(key: string): boolean } {
    if (index === 0) return this.#manifests;
    return series.kind === "filters" ? this.#kernels : this.#blobs;
  }

  async #fetch(request: Request, signal?: AbortSignal): Promise<void> {
    const keys = request.wants.flatMap(partsOf);
    for (const { key } of keys) this.#pending.set(key, request);
    const release = () => {
      for (const { key } of keys) if (this.#pending.get(key) === request) this.#pending.delete(key);
    };
    // At once and not when the fetch rejects: whoever aborts is about to ask for some of the same records.
    signal?.addEventListener("abort", release, { once: true });
    try {
      const parts = new Map<string, Part>();
      for (const part of await fetchBlobs(request, signal))
        parts.set(JSON.stringify([part.run, part.tag, String(part.step), part.index]), part);
      // Manifests first: a kernel is read by what its manifest says of it.
      for (const { want, at, index } of keys.sort((a, b) => a.index - b.index)) {
        const { run, tag, wire } = want.series;
        this.#file(want.series, at, index, parts.get(JSON.stringify([run, tag, String(wire[at]), index])));
      }
      this.trouble.value = null;
    } catch (error) {
      if (!isAbort(error))
        this.trouble.value = { words: wordsOf(error), lost: error instanceof ApiError && error.lost };
    } finally {
      signal?.removeEventListener("abort", release);
      release();
      this.arrivals.value++;
    }
  }

  #file(series: Series, at: number, index: number, part: Part | undefined): void {
    const key = seriesKey(series, at, index);
    const error = part ? part.error : "the server did not send it";
    const size = part?.data.byteLength ?? 0;
    if (index === 0) this.#manifests.set(key, attempt(error, () => parseManifest(part?.data ?? new Uint8Array())), size + 64);
    else if (series.kind !== "filters")
      // A copy: the answer that it is part of can then be let go.
      this.#blobs.set(key, attempt(error, () => (part?.data ?? new Uint8Array()).slice()), size + 64);
    else
      this.#kernels.set(
        key,
        attempt(error, () => {
          const manifest = this.manifest(series, at);
          const info = manifest?.value?.blobs[index - 1];
          if (!info) throw new Error(manifest?.error ?? "its manifest does not describe it");
          return parseKernel(info, part?.data ?? new Uint8Array());
        }),
        size + 64,
      );
  }
}

function attempt<T>(error: string | null, read: () => T): Outcome<T> {
  if (error !== null) return { value: null, error };
  try {
    return { value: read(), error: null };
  } catch (problem) {
    return { value: null, error: `damaged: ${wordsOf(problem)}` };
  }
}
