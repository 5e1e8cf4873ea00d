import type { Bitmaps } from "../data/bitmaps";
import type { Series } from "../data/index";
import { seriesKey } from "../data/store";
import { store } from "../state";

/** A decoded picture of a record; undefined while it is not decoded, null where it cannot be. */
export function recordPicture(
  bitmaps: Bitmaps, { series, at }: { series: Series; at: number }, index: number, decode = true,
): ImageBitmap | null | undefined {
  const key = seriesKey(series, at, index);
  const found = bitmaps.get(key);
  if (found !== undefined || !decode) return found;
  const blob = store.blob(series, at, index);
  if (blob?.error) return null;
  if (blob?.value) bitmaps.want(key, blob.value);
  return undefined;
}
