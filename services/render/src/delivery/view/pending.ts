/** What is to be done, by key, in the order in which it came. */
export class Pending<T> {
  readonly #items = new Map<string, T>();
  /** Goes along the items. One that began anew each time would pass over all that was deleted before it: a map keeps the holes for long. */
  #cursor = this.#items.entries();

  get size(): number {
    return this.#items.size;
  }

  set(key: string, item: T): void {
    this.#items.set(key, item);
  }

  delete(key: string): void {
    this.#items.delete(key);
  }

  /** Takes out the next one. */
  take(): T | undefined {
    if (this.#items.size === 0) return undefined;
    let step = this.#cursor.next();
    if (step.done === true) {
      // It stays at its end, whatever is added.
      this.#cursor = this.#items.entries();
      step = this.#cursor.next();
    }
    if (step.done === true) return undefined;
    const [key, item] = step.value;
    this.#items.delete(key);
    return item;
  }
}
