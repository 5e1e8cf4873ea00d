/** The blobs answer: a 4-byte little-endian length, so many bytes of JSON, then the blobs end to end. */

import { type Guard, Malformed, count, fields, finite, list, nullable, parseJson, text } from "../lib/guards";
import { wireStep } from "./index";

export interface Part {
  run: string;
  tag: string;
  step: number | string;
  wallTime: number | null;
  index: number;
  /** The blob, a view into the answer; empty where there is an error. */
  data: Uint8Array<ArrayBuffer>;
  error: string | null;
}

interface WirePart {
  run: string;
  tag: string;
  step: number | string;
  wall_time: number | null;
  index: number;
  offset: number;
  size: number;
  error: string | null;
}

const header: Guard<{ parts: WirePart[] }> = fields({
  parts: list(
    fields<WirePart>({
      run: text,
      tag: text,
      step: wireStep,
      wall_time: (value, at) => nullable(finite)(value ?? null, at),
      index: count,
      offset: count,
      size: count,
      error: nullable(text),
    }),
  ),
});

/** Takes an answer of the blobs route apart; throws `Malformed` where it does not keep the format. */
export function parseContainer(buffer: ArrayBuffer): Part[] {
  if (buffer.byteLength < 4) throw new Malformed(`blobs: answer of ${buffer.byteLength} bytes has no header`);
  const length = new DataView(buffer).getUint32(0, true);
  const start = 4 + length;
  if (start > buffer.byteLength)
    throw new Malformed(`blobs: header of ${length} bytes in an answer of ${buffer.byteLength}`);
  const { parts } = parseJson(new TextDecoder().decode(new Uint8Array(buffer, 4, length)), header, "blobs");
  return parts.map((part) => {
    if (start + part.offset + part.size > buffer.byteLength)
      throw new Malformed(`blobs: a part ends ${part.offset + part.size} bytes in, behind the end of the answer`);
    return {
      run: part.run,
      tag: part.tag,
      step: part.step,
      wallTime: part.wall_time,
      index: part.index,
      data: new Uint8Array(buffer, start + part.offset, part.size),
      error: part.error,
    };
  });
}
