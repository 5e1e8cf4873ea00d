/** Type guards: everything that comes over the wire is `unknown` until one of these has looked at it. */

export class Malformed extends Error {
  override name = "Malformed";
}

/** Checks a value and returns it typed; throws `Malformed` naming the place where it does not fit. */
export type Guard<T> = (value: unknown, at: string) => T;

function fail(at: string, expected: string, value: unknown): never {
  const received = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  throw new Malformed(`${at}: expected ${expected}, received ${received}`);
}

export const text: Guard<string> = (value, at) => (typeof value === "string" ? value : fail(at, "text", value));

export const bool: Guard<boolean> = (value, at) =>
  typeof value === "boolean" ? value : fail(at, "true or false", value);

export const finite: Guard<number> = (value, at) =>
  typeof value === "number" && Number.isFinite(value) ? value : fail(at, "a finite number", value);

export const count: Guard<number> = (value, at) => {
  const number = finite(value, at);
  return Number.isSafeInteger(number) && number >= 0 ? number : fail(at, "a whole number from 0", value);
};

export function nullable<T>(guard: Guard<T>): Guard<T | null> {
  return (value, at) => (value === null ? null : guard(value, at));
}

export function optional<T>(guard: Guard<T>, fallback: T): Guard<T> {
  return (value, at) => (value === undefined || value === null ? fallback : guard(value, at));
}

export function oneOf<const T extends readonly string[]>(...choices: T): Guard<T[number]> {
  return (value, at) =>
    choices.find((choice) => choice === value) ?? fail(at, `one of ${choices.join(", ")}`, value);
}

export function list<T>(guard: Guard<T>): Guard<T[]> {
  return (value, at) =>
    Array.isArray(value) ? value.map((item, i) => guard(item, `${at}[${i}]`)) : fail(at, "a list", value);
}

/** An object whose keys are data: names, paths. */
export function mapOf<T>(guard: Guard<T>): Guard<Map<string, T>> {
  return (value, at) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? new Map(Object.entries(value).map(([key, item]) => [key, guard(item, `${at}.${key}`)]))
      : fail(at, "an object", value);
}

/** Takes the fallback where the value does not fit; `tell` is given what is wrong with it. */
export function unless<T>(guard: Guard<T>, fallback: T, tell: (words: string) => void): Guard<T> {
  return (value, at) => {
    try {
      return guard(value, at);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      tell(error.message);
      return fallback;
    }
  };
}

export function triple<A, B, C>(a: Guard<A>, b: Guard<B>, c: Guard<C>): Guard<[A, B, C]> {
  return (value, at) =>
    Array.isArray(value) && value.length === 3
      ? [a(value[0], `${at}[0]`), b(value[1], `${at}[1]`), c(value[2], `${at}[2]`)]
      : fail(at, "a list of three", value);
}

/** Reads the named fields of an object, each by its own guard; other fields are left alone. */
export function fields<T extends object>(guards: { [K in keyof T]: Guard<T[K]> }): Guard<T> {
  const entries = Object.entries(guards) as [string, Guard<unknown>][];
  return (value, at) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return fail(at, "an object", value);
    const source = new Map<string, unknown>(Object.entries(value));
    return Object.fromEntries(entries.map(([key, guard]) => [key, guard(source.get(key), `${at}.${key}`)])) as T;
  };
}

export function parseJson<T>(source: string, guard: Guard<T>, at: string): T {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new Malformed(`${at}: not JSON`);
  }
  return guard(value, at);
}
