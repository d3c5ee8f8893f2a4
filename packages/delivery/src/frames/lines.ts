/**
 * Lines of a body that arrives in pieces, cut anywhere, even within a character. What is held of a line that has not ended is bounded. A line ends with
 * `\n` or `\r\n`.
 */
import { MAX_LINE_BYTES } from './frame.ts';
import { FrameError } from './read-frame.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;

export class LineReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #most: number;
  #pieces: Uint8Array[] = [];
  #held = 0;

  /** `most`: bytes of a line, its end not counted. */
  constructor(most = MAX_LINE_BYTES) {
    this.#most = most;
  }

  /** Whether a line has begun that has not ended. */
  get isWithinLine(): boolean {
    return this.#held > 0;
  }

  /**
   * The lines that end in this piece. The piece may be changed by its owner once the lines were taken.
   *
   * @throws FrameError for a line that is too long, or is not UTF-8
   */
  *read(piece: Uint8Array): Generator<string, void> {
    let from = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, from);
      if (end === -1) break;
      yield this.#line(piece.subarray(from, end));
      from = end + 1;
    }
    if (from < piece.length) this.#hold(piece.slice(from));
  }

  #hold(rest: Uint8Array): void {
    this.#pieces.push(rest);
    this.#held += rest.length;
    // The last byte may be the first of two that end the line.
    if (this.#held > this.#most + 1) throw tooLong();
  }

  #line(last: Uint8Array): string {
    const whole = this.#held === 0 ? last : this.#joined(last);
    const line = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    if (line.length > this.#most) throw tooLong();
    try {
      return this.#decoder.decode(line);
    } catch {
      throw new FrameError('a line is not UTF-8');
    }
  }

  #joined(last: Uint8Array): Uint8Array {
    const whole = new Uint8Array(this.#held + last.length);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    whole.set(last, at);
    this.#pieces = [];
    this.#held = 0;
    return whole;
  }
}

function tooLong(): FrameError {
  return new FrameError('a line is too long');
}
