/** Gives a file to the browser to save. */

/** Bytes of a name, and of each of its parts. */
const LONGEST = 100;
const LONGEST_PART = 36;

const utf8 = new TextEncoder();

function shorten(text: string, most: number): string {
  const letters = [...text];
  while (utf8.encode(letters.join("")).length > most) letters.pop();
  return letters.join("");
}

/** Letters, digits and few signs of each part: what is left can stand in a name on every system. */
export function fileName(parts: readonly string[], ending: string): string {
  const plain = parts.map((part) => shorten(part.replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-+|-+$/g, ""), LONGEST_PART));
  return `${shorten(plain.filter(Boolean).join("_"), LONGEST - ending.length - 1) || "convvis"}.${ending}`;
}

export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser reads it after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 30_000);
}
