/**
 * Single flight for questions whose answer must be newer than the moment of asking: whoever comes while one is under way does
 * not share it (it may have been answered before the event that the caller wants to see) but the next one, with all others.
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
    // Somebody may have launched in between: that one, too, started after all who wait here had called.
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
