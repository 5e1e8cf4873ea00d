/** Numbers and times in words. */

/** A weight-like number in three digits. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return "not finite";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const digits = size < 1e-3 || size >= 1e5 ? size.toExponential(2) : size.toPrecision(3);
  const short = digits.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
  return value < 0 ? `\u2212${short}` : short;
}

// Made once: `toLocaleString` makes one each time, which tells in a line that is written anew at every epoch.
const WHOLE = new Intl.NumberFormat("en-US");

export function whole(value: number): string {
  return WHOLE.format(value);
}

export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${whole(amount)} ${amount === 1 ? one : many}`;
}

/** How long ago, to the unit that matters. */
export function ago(seconds: number): string {
  if (seconds < 1.5) return "now";
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h ago`;
  if (seconds < 60 * 86_400) return `${Math.round(seconds / 86_400)} days ago`;
  return `on ${new Date(Date.now() - 1000 * seconds).toISOString().slice(0, 10)}`;
}

/** A round number that is not below what there is, nor below the least. */
export function roomFor(amount: number, least: number): number {
  let power = 1;
  while (5 * power < amount) power *= 10;
  const round = [power, 2 * power, 5 * power].find((number) => number >= amount) ?? amount;
  return Math.max(least, round);
}

/** "1, 2 and 5", at most so many of them. */
export function enumerate(items: readonly (number | string)[], most = 6): string {
  if (items.length > most) return `${items.slice(0, most).join(", ")} and ${items.length - most} more`;
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
}
