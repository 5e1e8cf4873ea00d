/** Pinned maps of each layer, as they stand in the address: `conv1(3.17)block/conv2(5)`. */

export type Pins = ReadonlyMap<string, readonly number[]>;

export function writePins(pins: Pins): string {
  const escaped = (layer: string) => layer.replace(/[%()]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return [...pins].map(([layer, maps]) => (maps.length > 0 ? `${escaped(layer)}(${maps.join(".")})` : "")).join("");
}

/** What does not fit is left out. */
export function readPins(text: string): Pins {
  const plain = (name: string) => name.replace(/%(2[589])/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return new Map(
    [...text.matchAll(/([^()]*)\((\d{1,9}(?:\.\d{1,9})*)\)/g)].map(([, layer = "", maps = ""]) => [
      plain(layer),
      [...new Set(maps.split(".").map(Number))].sort((a, b) => a - b),
    ]),
  );
}

/** With the map pinned where it was not, and the other way round. */
export function togglePin(pins: Pins, layer: string, map: number): Pins {
  const before = pins.get(layer) ?? [];
  const after = before.includes(map) ? before.filter((other) => other !== map) : [...before, map].sort((a, b) => a - b);
  return new Map([...pins, [layer, after]]);
}
