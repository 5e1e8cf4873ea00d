/** Which of a map's strongest pictures are others than before. */

/** Pictures, by their number, of each slot; null for a slot without one. */
export type Slots = readonly (number | null)[];

/** The share of the pictures of one of the two that the other lacks; NaN where both have none. */
export function turnover(before: Slots, after: Slots): number {
  const [a, b] = [pictures(before), pictures(after)];
  const most = Math.max(a.size, b.size);
  return most === 0 ? Number.NaN : 1 - [...b].filter((picture) => a.has(picture)).length / most;
}

function pictures(slots: Slots): Set<number> {
  return new Set(slots.filter((picture) => picture !== null));
}

/** Which of the slots have a picture that the other epoch has too. */
export function stayed(slots: Slots, other: Slots): boolean[] {
  const known = pictures(other);
  return slots.map((picture) => picture !== null && known.has(picture));
}

/**
 * The slots of `before` in an order that lays each picture that stayed on itself in `after`.
 *
 * The others fill the places that are left, the strongest first.
 */
export function alignedTo(after: Slots, before: Slots): number[] {
  const left = new Set(before.keys());
  const found = after.map((picture) => {
    const slot = picture === null ? undefined : [...left].find((one) => before[one] === picture);
    if (slot !== undefined) left.delete(slot);
    return slot;
  });
  const rest = [...left];
  return found.map((slot) => slot ?? (rest.shift() as number));
}
