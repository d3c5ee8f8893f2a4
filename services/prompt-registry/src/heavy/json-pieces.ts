/** JSON texts in UTF-8, gathered in pieces: an answer of many megabytes is never one string. */

const PIECE_UNITS = 1_048_576;

export class JsonPieces {
  readonly #encoder = new TextEncoder();
  readonly #pieces: Uint8Array[] = [];
  #text = '';

  add(json: string): void {
    this.#text += json;
    if (this.#text.length >= PIECE_UNITS) this.#flush();
  }

  /** A list; what it holds may be made one by one. */
  addList(values: Iterable<unknown>): void {
    let separator = '[';
    for (const value of values) {
      this.add(separator);
      this.add(JSON.stringify(value));
      separator = ',';
    }
    this.add(separator === '[' ? '[]' : ']');
  }

  /** All that was added since the last end. */
  end(): readonly Uint8Array[] {
    if (this.#text !== '') this.#flush();
    return this.#pieces.splice(0);
  }

  #flush(): void {
    this.#pieces.push(this.#encoder.encode(this.#text));
    this.#text = '';
  }
}
