/**
 * Single flight for questions whose answer must be newer than the moment of asking. A caller that arrives while one is in flight
 * does not share it, because it may have been answered before the event that the caller wants to see. It shares the next one with
 * all other such callers.
 */
export class NextFlight<T> {
  readonly #ask: () => Promise<T>;
  #current: Promise<T> | undefined;
  #next: Promise<T> | undefined;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  /** Resolves with an answer to a question that was sent after this call. At most one question is under way at a time. */
  request(): Promise<T> {
    if (this.#current === undefined) return this.#launch();
    this.#next ??= this.#current.then(
      () => this.#launchNext(),
      () => this.#launchNext(),
    );
    return this.#next;
  }

  #launchNext(): Promise<T> {
    this.#next = undefined;
    // Another caller may have launched one in between: it, too, started after all waiting callers had called.
    return this.#current ?? this.#launch();
  }

  #launch(): Promise<T> {
    const flight = this.#ask().finally(() => {
      if (this.#current === flight) this.#current = undefined;
    });
    this.#current = flight;
    return flight;
  }
}
