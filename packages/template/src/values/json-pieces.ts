/** JSON in pieces, to be sent one after another: strings, and bytes that were made before and are shared. */
import { escaped, type Output } from './fixed-text.ts';
import { byteLength } from './go-string.ts';

export class JsonPieces {
  /** All of it in UTF-8. */
  byteLength = 0;
  /** In UTF-16 units; bytes count as they are. */
  #units = 0;
  readonly #pieces: (string | Uint8Array)[] = [];
  /** What follows the last piece. */
  #end = '';

  /** Whether all strings are ASCII. */
  get isAscii(): boolean {
    return this.#units === this.byteLength;
  }

  /** JSON as it is. */
  add(json: string): this {
    this.#addString(json, byteLength(json));
    return this;
  }

  /** The JSON of an output, as `JSON.stringify` gives it of the whole text. */
  addText(output: Output): this {
    if (typeof output === 'string') return this.add(JSON.stringify(output));
    this.#addString('"', 1);
    for (const piece of output) {
      if (typeof piece === 'string') this.add(escaped(piece));
      else {
        const { json, byteLength } = piece.json;
        if (typeof json === 'string') this.#addString(json, byteLength);
        else this.#addBytes(json);
      }
    }
    this.#addString('"', 1);
    return this;
  }

  addAll(other: JsonPieces): this {
    for (const piece of other.#pieces) {
      if (typeof piece === 'string') this.#end += piece;
      else this.#push(piece);
    }
    this.#end += other.#end;
    this.byteLength += other.byteLength;
    this.#units += other.#units;
    return this;
  }

  /** All of it, with what stands before and behind it. Nobody may write into the bytes. */
  pieces(head: string, tail: string): (string | Uint8Array)[] {
    const pieces = [...this.#pieces, this.#end + tail];
    const [first] = pieces;
    if (typeof first === 'string') pieces[0] = head + first;
    else pieces.unshift(head);
    return pieces;
  }

  #addString(json: string, bytes: number): void {
    this.#end += json;
    this.#units += json.length;
    this.byteLength += bytes;
  }

  #addBytes(bytes: Uint8Array): void {
    this.#push(bytes);
    this.#units += bytes.length;
    this.byteLength += bytes.length;
  }

  #push(bytes: Uint8Array): void {
    if (this.#end !== '') this.#pieces.push(this.#end);
    this.#end = '';
    this.#pieces.push(bytes);
  }
}
