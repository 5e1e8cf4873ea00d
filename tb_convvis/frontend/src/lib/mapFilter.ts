/** What is typed to find maps: numbers and ranges, a part of a class name, or a regular expression over both. */

export interface MapFilter {
  accepts: (map: number, name: string | null) => boolean;
  /** Whether class names matter to it. */
  readsNames: boolean;
  /** Why what was typed is not used: then it lets all through. */
  error: string | null;
}

/** A pattern that may take long searches a name up to here, and may be so long itself. */
export const LONGEST_NAME = 32;
const LONGEST_PATTERN = 120;
/** A search takes a time of about this power of the name's length at most. */
const CHOICES = 4;

export function readFilter(typed: string): MapFilter {
  const text = typed.trim();
  if (/^[\d\s,-]*$/.test(text)) return { accepts: amongNumbers(text), readsNames: false, error: null };
  if (!/[\\^$.*+?()[\]{}|]/.test(text)) {
    const part = text.toLowerCase();
    return { accepts: (map, name) => `${map}`.includes(part) || name?.toLowerCase().includes(part) === true, readsNames: true, error: null };
  }
  const error = refusal(text);
  if (error !== null) return { accepts: () => true, readsNames: false, error };
  try {
    const pattern = new RegExp(text, "i");
    const reach = repetitions(text) > 0 ? LONGEST_NAME : Infinity;
    // Many maps share a class: each name is searched once.
    const answers = new Map<string, boolean>();
    const found = (word: string) => {
      if (!answers.has(word)) answers.set(word, pattern.test(word.slice(0, reach)));
      return answers.get(word) === true;
    };
    return { accepts: (map, name) => found(`${map}`) || (name !== null && found(name)), readsNames: true, error: null };
  } catch (problem) {
    const words = problem instanceof Error ? problem.message : "";
    return { accepts: () => true, readsNames: false, error: `not a regular expression: ${words.slice(words.lastIndexOf(": ") + 2).toLowerCase()}` };
  }
}

/** "12", "3-9", "1, 5, 7"; nothing typed is any number. */
function amongNumbers(text: string): MapFilter["accepts"] {
  const ranges = [...text.matchAll(/(\d+)(?:\s*-\s*(\d+))?/g)].map(([, first, last = first]) => [Number(first), Number(last)]);
  return (map) => ranges.length === 0 || ranges.some(([a = 0, b = 0]) => map >= Math.min(a, b) && map <= Math.max(a, b));
}

/** Where a search may turn back to: without these it takes a time that is in proportion to the name's length. */
function repetitions(pattern: string): number {
  return withoutEscapes(pattern).match(/[*+{(]|[^(]\?/g)?.length ?? 0;
}

function withoutEscapes(pattern: string): string {
  return pattern.replace(/\\.|\[[^\]]*\]/g, "a");
}

/** Nothing can stop the browser's search once it runs: what could take for ever is not begun. */
function refusal(text: string): string | null {
  if (/\\[1-9k]/.test(text)) return "references to groups are not searched for";
  if (/\)[*+?{]/.test(withoutEscapes(text))) return "repeated groups are not searched for";
  return repetitions(text) > CHOICES || text.length > LONGEST_PATTERN ? `too long, or more than ${CHOICES} of * + ? { (` : null;
}

/** What is known of a map: undefined is a class that is not known, null none at all. */
export interface Known {
  state: string;
  className: string | null | undefined;
}

export interface Wanted {
  /** Such as "dead" or "alive"; null for any. */
  state: string | null;
  /** Empty for any. */
  className: string;
  find: MapFilter;
}

/** Whether a map passes; null where what decides it is not known. */
export function passes(map: number, known: Known | null, { state, className, find }: Wanted): boolean | null {
  const name = known?.className;
  const answers = [
    state === null || (known ? known.state === state : null),
    className === "" || (name === undefined ? null : name === className),
    find.accepts(map, name ?? null) || (find.readsNames && name === undefined ? null : false),
  ];
  return answers.includes(false) ? false : answers.includes(null) ? null : true;
}
