/** How two pictures of projections differ: pixels are RGBA, and mid-grey is no influence. */

const MID_GREY = 128;
/** Root mean square, in grey levels, below which there is no projection but what compression left. */
const NOTHING = 0.5;

type Pixels = Uint8ClampedArray;

/** 1 - cosine of the values about mid-grey; NaN where there is nothing in one of the pictures. */
export function cosineChange(a: Pixels, b: Pixels): number {
  if (a.length !== b.length) return Number.NaN;
  let [both, ofA, ofB] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    if (at % 4 === 3) continue;
    const [x, y] = [(a[at] as number) - MID_GREY, (b[at] as number) - MID_GREY];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  const least = NOTHING * NOTHING * 0.75 * a.length;
  return ofA < least || ofB < least ? Number.NaN : 1 - both / Math.sqrt(ofA * ofB);
}

/** Per pixel the difference of that colour in which it is greatest, in grey levels. */
export function differences(a: Pixels, b: Pixels): Uint8Array {
  const found = new Uint8Array(a.length / 4);
  for (let pixel = 0; pixel < found.length; pixel++)
    for (let colour = 0; colour < 3; colour++) {
      const at = 4 * pixel + colour;
      found[pixel] = Math.max(found[pixel] as number, Math.abs((a[at] as number) - (b[at] as number)));
    }
  return found;
}
