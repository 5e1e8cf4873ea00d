/** What was read from a record, remembered by the record. */

import { wordsOf } from "../api";

const read = new WeakMap<object, unknown>();

/** What a parser makes of a record, remembered by the record; an error where it is not sound. */
export function once<T>(source: object, parse: () => T): T | Error {
  if (!read.has(source)) {
    try {
      read.set(source, parse());
    } catch (error) {
      read.set(source, error instanceof Error ? error : new Error(wordsOf(error)));
    }
  }
  return read.get(source) as T | Error;
}

/** Lets it be read again. */
export function forget(source: object): void {
  read.delete(source);
}
