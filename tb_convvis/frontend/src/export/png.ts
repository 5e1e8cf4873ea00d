/** Puts text and the resolution into a PNG that the browser wrote. */

/** Signature and header: further chunks may follow behind them. */
const HEAD = 33;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

export function crc32(bytes: Iterable<number>): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 255] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** Length, type, data, check sum. */
export function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(latin(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const latin = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** As tEXt where Latin-1 can hold the text, else as iTXt, which is UTF-8. */
export function textChunk(name: string, text: string): Uint8Array<ArrayBuffer> {
  const plain = text.replace(/\0/g, "");
  const key = name.replace(/[^\x21-\x7e]/g, "_").slice(0, 79);
  if (/^[\n\x20-\x7e\xa0-\xff]*$/.test(plain)) return chunk("tEXt", latin(`${key}\0${plain}`));
  return chunk("iTXt", new Uint8Array([...latin(`${key}\0\0\0\0\0`), ...new TextEncoder().encode(plain)]));
}

/** @param dpi pixels per inch, for programs that show it at its size */
export async function withText(png: Blob, texts: readonly (readonly [name: string, text: string])[], dpi: number): Promise<Blob> {
  const perMetre = new Uint8Array(9);
  const view = new DataView(perMetre.buffer);
  view.setUint32(0, Math.round(dpi / 0.0254));
  view.setUint32(4, Math.round(dpi / 0.0254));
  perMetre[8] = 1;
  const chunks = [chunk("pHYs", perMetre), ...texts.map(([name, text]) => textChunk(name, text))];
  return new Blob([png.slice(0, HEAD), ...chunks, png.slice(HEAD)], { type: "image/png" });
}
