/** What is typed to find maps: numbers and ranges, or a regular expression over numbers and class names. */

export interface MapFilter {
  accepts: (map: number, name: string | null) => boolean;
  /** Why what was typed is not used: then it lets all through. */
  error: string | null;
}

/** A name is searched up to here, and so long a pattern is searched for. */
const LONGEST_NAME = 32;
const LONGEST_PATTERN = 120;
/** A search takes a time of about this power of the name's length at most. */
const CHOICES = 4;

export function readFilter(typed: string): MapFilter {
  const text = typed.trim();
  if (/^[\d\s,-]*$/.test(text)) return { accepts: amongNumbers(text), error: null };
  const error = refusal(text);
  if (error !== null) return { accepts: () => true, error };
  try {
    const pattern = new RegExp(text, "i");
    // Many maps share a class: each name is searched once.
    const answers = new Map<string, boolean>();
    const found = (word: string) => {
      if (!answers.has(word)) answers.set(word, pattern.test(word.slice(0, LONGEST_NAME)));
      return answers.get(word) === true;
    };
    return { accepts: (map, name) => found(`${map}`) || (name !== null && found(name)), error: null };
  } catch (problem) {
    const words = problem instanceof Error ? problem.message : "";
    return { accepts: () => true, error: `not a regular expression: ${words.slice(words.lastIndexOf(": ") + 2).toLowerCase()}` };
  }
}

/** "12", "3-9", "1, 5, 7"; nothing typed is any number. */
function amongNumbers(text: string): MapFilter["accepts"] {
  const ranges = [...text.matchAll(/(\d+)(?:\s*-\s*(\d+))?/g)].map(([, first, last = first]) => [Number(first), Number(last)]);
  return (map) => ranges.length === 0 || ranges.some(([a = 0, b = 0]) => map >= Math.min(a, b) && map <= Math.max(a, b));
}

/** Nothing can stop the browser's search once it runs: what could take for ever is not begun. */
function refusal(text: string): string | null {
  if (/\\[1-9k]/.test(text)) return "references to groups are not searched for";
  const bare = text.replace(/\\.|\[[^\]]*\]/g, "a");
  if (/\)[*+?{]/.test(bare)) return "repeated groups are not searched for";
  const choices = bare.match(/[*+{(]|[^(]\?/g)?.length ?? 0;
  return choices > CHOICES || text.length > LONGEST_PATTERN ? `too long, or more than ${CHOICES} of * + ? { (` : null;
}
