/**
 * Lines of a body that arrives in pieces, cut anywhere, even within a character. What is held of a line that has not ended is bounded. A line ends with
 * `\n` or `\r\n`.
 */
import { MAX_LINE_BYTES } from './frame.ts';
import { FrameError } from './read-frame.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const EMPTY = new Uint8Array(0);
/** In bytes. */
const SMALLEST_ROOM = 1_024;

export class LineReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #most: number;
  /** Room for a line that has not ended, which grows by doubling: a body may arrive byte by byte, and each piece by itself would cost more than it holds. */
  #room = EMPTY;
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
    if (from < piece.length) this.#hold(piece.subarray(from));
  }

  #hold(rest: Uint8Array): void {
    const held = this.#held + rest.length;
    // The last byte may be the first of two that end the line.
    if (held > this.#most + 1) throw tooLong();
    if (held > this.#room.length) {
      const room = new Uint8Array(Math.max(held, 2 * this.#room.length, SMALLEST_ROOM));
      room.set(this.#room.subarray(0, this.#held));
      this.#room = room;
    }
    this.#room.set(rest, this.#held);
    this.#held = held;
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
    this.#hold(last);
    const whole = this.#room.subarray(0, this.#held);
    // A long line's room is not kept for those that follow.
    this.#room = EMPTY;
    this.#held = 0;
    return whole;
  }
}

function tooLong(): FrameError {
  return new FrameError('a line is too long');
}
