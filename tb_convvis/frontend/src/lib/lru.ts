/** A cache that holds at most so many bytes and lets go of what was used longest ago. */
export class Lru<V> {
  readonly #items = new Map<string, { value: V; bytes: number }>();
  #bytes = 0;

  /** @param onDrop is told of what is let go, to free what it holds */
  constructor(
    readonly capacity: number,
    readonly onDrop?: (value: V) => void,
  ) {}

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#items.size;
  }

  has(key: string): boolean {
    return this.#items.has(key);
  }

  get(key: string): V | undefined {
    const item = this.#items.get(key);
    if (!item) return undefined;
    // A Map keeps insertion order: putting the item back makes it the youngest.
    this.#items.delete(key);
    this.#items.set(key, item);
    return item.value;
  }

  set(key: string, value: V, bytes: number): void {
    this.delete(key);
    this.#items.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#items.keys()) {
      // The newest stays even where it alone is over the capacity, or it would be asked for for ever.
      if (this.#bytes <= this.capacity || oldest === key) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const item = this.#items.get(key);
    if (!item) return;
    this.#items.delete(key);
    this.#bytes -= item.bytes;
    this.onDrop?.(item.value);
  }

  clear(): void {
    if (this.onDrop) for (const { value } of this.#items.values()) this.onDrop(value);
    this.#items.clear();
    this.#bytes = 0;
  }
}
