/** Tables as RFC 4180 has them, safe to open in a spreadsheet. */

import type { Facts } from "./figure";

export type Cell = string | number | null;

export interface Table {
  columns: readonly string[];
  rows: Iterable<readonly Cell[]>;
  /** Of each run, where its numbers come from. */
  facts: readonly Facts[];
  name: readonly string[];
}

/** Rows between two pauses, in which the page can draw. */
const AT_ONCE = 5_000;

/** Names are those of whoever wrote the log: one that a spreadsheet would run as a formula is made plain text. */
export function cell(value: Cell): string {
  if (typeof value === "number") return String(value);
  const text = value === null ? "" : /^(?:\s*[=+\-@]|[\t\r\n])/.test(value) ? `'${value}` : value;
  // A number sign as well: with `comment="#"` readers cut cells at one, unless it is quoted.
  return /[",\r\n#]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line that readers skip. It may not hold what separates cells: what follows would be a cell of its own. */
export function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}",;]+ ?/gu, " ")}`;
}

export async function toCsv({ columns, rows, facts }: Table): Promise<Blob> {
  const parts = facts.flatMap((own) => own.map((fact) => `${comment(fact.join(": "))}\r\n`));
  const line = (cells: readonly Cell[]) => `${cells.map(cell).join(",")}\r\n`;
  parts.push(line(columns));
  let written = 0;
  for (const row of rows) {
    parts.push(line(row));
    if (++written % AT_ONCE === 0) await new Promise((resolve) => setTimeout(resolve));
  }
  return new Blob(parts, { type: "text/csv;charset=utf-8" });
}
