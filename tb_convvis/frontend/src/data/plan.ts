/** Wants of the blobs route, put into as few requests as the server's limits allow. */

import type { Series } from "./index";

/** Blobs of some of a series' steps; steps by their position in the series. */
export interface Want {
  series: Series;
  positions: number[];
  indices: number[];
  /** Expected bytes of one step, to stay below the limit of an answer. */
  bytesPerStep: number;
}

/** One blob of every step that was kept. */
export function wholeSeries(series: Series, index: number, bytesPerStep: number): Want {
  return { series, positions: series.steps.map((_, at) => at), indices: [index], bytesPerStep };
}

export interface Request {
  /** The `want` parameter: JSON of [[run, tag, steps, indices], ...]. */
  want: string;
  /** The sum of the wall times asked for: the `v` parameter, which makes the answer cacheable. Null where one is not known. */
  version: number | null;
  wants: Want[];
}

export const LIMITS = { parts: 4_000, bytes: 48 * 2 ** 20, json: 3_900 };

/** From so large a share of the steps on, all are asked for: naming the others would fill the address. */
const NEARLY_ALL = 0.95;

const isWhole = ({ series, positions }: Want): boolean => positions.length >= NEARLY_ALL * series.steps.length;

const wire = (want: Want): string => {
  const { series, positions, indices } = want;
  const all = isWhole(want);
  return JSON.stringify([series.run, series.tag, all ? [] : positions.map((at) => series.wire[at]), indices]);
};

/** Each record counts once, in the order asked for, as the server adds them up. */
function versionOf(wants: readonly Want[]): number | null {
  const walls = new Map<string, number | null>();
  for (const want of wants) {
    const { run, tag, wire, walls: known } = want.series;
    const positions = isWhole(want) ? known.keys() : want.positions;
    for (const at of positions) walls.set(JSON.stringify([run, tag, wire[at]]), known[at] ?? null);
  }
  return [...walls.values()].reduce((sum, wall) => (sum === null || wall === null ? null : sum + wall), 0);
}

const utf8 = new TextEncoder();

/** Groups wants into requests, in order; a want that is too large for one is spread over several. */
export function plan(wants: readonly Want[], limits = LIMITS): Request[] {
  const requests: Request[] = [];
  let open: { pieces: string[]; json: number; parts: number; bytes: number; wants: Want[] } | null = null;

  const close = () => {
    if (!open) return;
    requests.push({ want: `[${open.pieces.join(",")}]`, version: versionOf(open.wants), wants: open.wants });
    open = null;
  };

  const add = (want: Want): void => {
    if (want.positions.length === 0) return;
    const piece = wire(want);
    const json = utf8.encode(piece).length + 1;
    const parts = want.positions.length * want.indices.length;
    const bytes = want.positions.length * want.bytesPerStep;
    const tooLarge = json > limits.json || parts > limits.parts || bytes > limits.bytes;
    if (tooLarge && want.positions.length > 1) {
      const middle = want.positions.length >> 1;
      add({ ...want, positions: want.positions.slice(0, middle) });
      add({ ...want, positions: want.positions.slice(middle) });
      return;
    }
    if (tooLarge && want.indices.length > 1) {
      const middle = want.indices.length >> 1;
      const bytesPerStep = want.bytesPerStep / 2;
      add({ ...want, indices: want.indices.slice(0, middle), bytesPerStep });
      add({ ...want, indices: want.indices.slice(middle), bytesPerStep });
      return;
    }
    if (open && (open.json + json > limits.json || open.parts + parts > limits.parts || open.bytes + bytes > limits.bytes))
      close();
    open ??= { pieces: [], json: 2, parts: 0, bytes: 0, wants: [] };
    open.pieces.push(piece);
    open.wants.push(want);
    open.json += json;
    open.parts += parts;
    open.bytes += bytes;
  };

  for (const want of wants) add(want);
  close();
  return requests;
}
