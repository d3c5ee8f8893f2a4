/** The events of a `text/event-stream`, as far as px0 uses the format: `event`, `data` and `id`. */
import { MAX_LINE_BYTES } from './frame.ts';
import { LineReader } from './lines.ts';
import { FrameError } from './read-frame.ts';

export interface StreamEvent {
  /** `message` unless the event says otherwise. */
  readonly event: string;
  readonly data: string;
  /** Of this event, not of an earlier one. */
  readonly id: string | undefined;
}

/** A frame may be as long in a stream as in a snapshot. */
const MOST_DATA_LINES = 1_000;
const MOST_OF_LINE = MAX_LINE_BYTES + 'data: '.length;

export class EventReader {
  readonly #lines = new LineReader(MOST_OF_LINE);
  #event = '';
  #data: string[] = [];
  #length = 0;
  #id: string | undefined;

  /**
   * The events that end in this piece. An event without data is none.
   *
   * @throws FrameError for an event that is too long, or is not UTF-8
   */
  *read(piece: Uint8Array): Generator<StreamEvent, void> {
    for (const line of this.#lines.read(piece)) {
      if (line === '') {
        if (this.#data.length > 0)
          yield { event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id };
        this.#reset();
      } else this.#take(line);
    }
  }

  #take(line: string): void {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const from = line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1;
    const value = colon === -1 ? '' : line.slice(from);
    if (name === 'event') this.#event = value;
    else if (name === 'id') this.#id = value;
    else if (name === 'data') {
      this.#data.push(value);
      this.#length += value.length;
      if (this.#length > MAX_LINE_BYTES || this.#data.length > MOST_DATA_LINES) {
        throw new FrameError('an event is too long');
      }
    }
    // Comments, which keep a connection alive, and fields that px0 does not use.
  }

  #reset(): void {
    this.#event = '';
    this.#data = [];
    this.#length = 0;
    this.#id = undefined;
  }
}
