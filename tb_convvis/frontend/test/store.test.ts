import { afterEach, describe, expect, it, vi } from "vitest";
import { wholeSeries } from "../src/data/plan";
import { Store } from "../src/data/store";
import { container, series } from "./make";

const one = series([0, 1]);

/** Answers as the server does: a manifest and a kernel of two weights for every step asked for. */
function answer(address: string): Response {
  const want = JSON.parse(new URL(address, "http://host/").searchParams.get("want") ?? "[]") as [string, string, number[], number[]][];
  const chunks: Uint8Array[] = [];
  const parts: object[] = [];
  let offset = 0;
  for (const [run, tag, steps, indices] of want)
    for (const step of steps.length > 0 ? steps : one.steps)
      for (const index of indices) {
        const manifest = { kind: "filters", version: 1, logged: 2, facts: {}, blobs: [{ size: 8, shape: [1, 1, 1, 2], dtype: "float32" }] };
        const data = index === 0 ? new TextEncoder().encode(JSON.stringify(manifest)) : new Uint8Array(new Float32Array([step, -1]).buffer);
        const damaged = step === 1 && index === 1;
        parts.push({ run, tag, step, wall_time: 1, index, offset, size: damaged ? 0 : data.length, error: damaged ? "damaged blob: its checksum does not match." : null });
        if (!damaged) {
          chunks.push(data);
          offset += data.length;
        }
      }
  const bytes = new Uint8Array(offset);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return new Response(container({ parts }, bytes));
}

afterEach(() => vi.unstubAllGlobals());

describe("Store", () => {
  it("files what comes, damage by itself, and asks once for each record", async () => {
    const fetched = vi.fn((address: string) => Promise.resolve(answer(address)));
    vi.stubGlobal("fetch", fetched);
    const store = new Store();
    await Promise.all([store.ensure([wholeSeries(one, 0, 1)]), store.ensure([wholeSeries(one, 0, 1)])]);
    await store.ensure([wholeSeries(one, 1, 8)]);
    await store.ensure([wholeSeries(one, 1, 8)]);
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(store.kernel(one, 0)?.value?.values).toEqual(new Float32Array([0, -1]));
    expect(store.kernel(one, 1)?.error).toContain("checksum does not match");
  });

  it("asks again after a failure, and says what it was", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("connection refused")));
    const store = new Store();
    await store.ensure([wholeSeries(one, 0, 1)]);
    expect(store.trouble.value).toMatchObject({ lost: true });
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("limit is 64 MiB", { status: 413, headers: { "content-type": "text/plain" } })));
    await store.ensure([wholeSeries(one, 0, 1)]);
    expect(store.trouble.value).toEqual({ lost: false, words: "limit is 64 MiB" });
    vi.stubGlobal("fetch", (address: string) => Promise.resolve(answer(address)));
    await store.ensure([wholeSeries(one, 0, 1)]);
    expect(store.trouble.value).toBeNull();
    expect(store.manifest(one, 1)?.value?.logged).toBe(2);
  });

  it("lets an aborted request's records be asked for at once", async () => {
    const fetched = vi.fn(
      (address: string, { signal }: { signal: AbortSignal | null }) =>
        new Promise<Response>((resolve, reject) => {
          signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
          setTimeout(() => resolve(answer(address)), 5);
        }),
    );
    vi.stubGlobal("fetch", fetched);
    const store = new Store();
    const stop = new AbortController();
    const first = store.ensure([wholeSeries(one, 0, 1)], stop.signal);
    stop.abort();
    const second = store.ensure([wholeSeries(one, 0, 1)]);
    await Promise.all([first, second]);
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(store.trouble.value).toBeNull();
    expect(store.manifest(one, 0)?.value?.kind).toBe("filters");
  });

  describe("where all of it is needed", () => {
    it("throws what is lacking, and why", async () => {
      vi.stubGlobal("fetch", (address: string) => Promise.resolve(answer(address)));
      const store = new Store();
      await store.need([{ ...wholeSeries(one, 0, 1), positions: [0] }]);
      vi.stubGlobal("fetch", () => Promise.reject(new TypeError("connection refused")));
      await expect(store.need([wholeSeries(one, 0, 1)])).rejects.toThrow("1 of 2 records could not be fetched. TensorBoard does not answer.");
      vi.stubGlobal("fetch", (address: string) => Promise.resolve(answer(address)));
      await store.need([{ ...wholeSeries(one, 0, 1), indices: [0, 1] }]);
      expect(store.kernel(one, 1)?.error, "damage is not for it to judge").toContain("checksum");
    });

    it("waits for what others asked for, and asks again where they gave it up", async () => {
      const answers: ((response: Response | PromiseLike<Response>) => void)[] = [];
      const addresses: string[] = [];
      vi.stubGlobal("fetch", (address: string, { signal }: { signal: AbortSignal | null }) => {
        addresses.push(address);
        return new Promise<Response>((resolve, reject) => {
          answers.push(resolve);
          signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
        });
      });
      const store = new Store();
      const stop = new AbortController();
      void store.ensure([wholeSeries(one, 0, 1)], stop.signal);
      let came = false;
      const needed = store.need([wholeSeries(one, 0, 1)]).then(() => (came = true));
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect([came, addresses.length]).toEqual([false, 1]);
      stop.abort();
      await vi.waitFor(() => expect(addresses).toHaveLength(2));
      answers[1]?.(answer(addresses[1] ?? ""));
      await needed;
      expect(store.manifest(one, 1)?.value?.kind).toBe("filters");
    });
  });
});
