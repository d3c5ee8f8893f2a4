/** One request for a stream or a snapshot, from its beginning to its end: what arrives becomes frames, and whatever ends it becomes an outcome. */
import { EventReader } from '../frames/event-reader.ts';
import type { Frame } from '../frames/frame.ts';
import { LineReader } from '../frames/lines.ts';
import { readFrame } from '../frames/read-frame.ts';
import { type DeliveryMedia, type Meaning, meaningOf } from './answer.ts';
import { BEATS_OF_PATIENCE } from './connection-state.ts';
import type { Clock, DeliveryAnswer, Transport } from './environment.ts';
import { HELLO_MS } from './reconnect.ts';

/** How long frames are read before others have a turn. */
const SLICE_MS = 4;
const MOST_OF_REFUSAL_BYTES = 65_536;

export interface ConnectionOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly media: DeliveryMedia;
  readonly floor: string | undefined;
  /** Called once frames follow. */
  readonly onDelivery: (answer: DeliveryAnswer) => void;
  readonly onFrame: (frame: Frame) => void;
}

export type Outcome =
  | Exclude<Meaning, { readonly kind: 'delivery' }>
  /** Frames came, and came to an end. */
  | { readonly kind: 'ended'; readonly error: string | undefined }
  /** It was closed from this side. */
  | { readonly kind: 'closed' }
  /** Headers came, and no hello. */
  | { readonly kind: 'silent' };

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #abort = new AbortController();
  #failure: Outcome | undefined;
  #lastByteAt: number;
  #patienceMs = HELLO_MS;
  #callOff: (() => void) | undefined;
  /** When hello came. */
  #helloAt: number | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#lastByteAt = options.clock.now();
  }

  /** How long it has lived since its hello. */
  get livedMs(): number {
    return this.#helloAt === undefined ? 0 : this.#options.clock.now() - this.#helloAt;
  }

  /** The answer of a 304 or a refusal. */
  head: DeliveryAnswer | undefined;

  close(outcome: Outcome = { kind: 'closed' }): void {
    if (this.#failure !== undefined) return;
    this.#failure = outcome;
    this.#callOff?.();
    this.#abort.abort();
  }

  /** Never rejects. */
  async run(): Promise<Outcome> {
    try {
      this.#watch();
      const { path, headers, media, floor, onDelivery, transport } = this.#options;
      const answer = await transport({ path, headers, signal: this.#abort.signal });
      this.head = answer;
      this.#lastByteAt = this.#options.clock.now();
      const body = answer.status === 200 ? '' : await textOf(answer);
      const isConditional = headers['if-none-match'] !== undefined;
      const meaning = meaningOf(answer, { media, isConditional, body, floor });
      if (this.#failure !== undefined) return this.#failure;
      if (meaning.kind !== 'delivery') {
        this.close();
        return meaning;
      }
      onDelivery(answer);
      await this.#read(answer);
      this.#failure ??= { kind: 'ended', error: undefined };
    } catch (error) {
      this.#failure ??= { kind: 'ended', error: error instanceof Error ? error.message : String(error) };
    }
    this.#callOff?.();
    this.#abort.abort();
    return this.#failure;
  }

  async #read({ body }: DeliveryAnswer): Promise<void> {
    const { clock, media, onFrame } = this.#options;
    const texts = media === 'text/event-stream' ? eventTexts() : lineTexts();
    for await (const piece of body) {
      let began = clock.now();
      // Until hello came, the time runs from the headers.
      if (media !== 'text/event-stream' || this.#helloAt !== undefined) this.#lastByteAt = began;
      for (const text of texts(piece)) {
        const frame = readFrame(text);
        if (frame !== undefined) {
          if (frame.type === 'hello') this.#greet(frame.heartbeat_ms);
          onFrame(frame);
        }
        if (clock.now() - began >= SLICE_MS) {
          await clock.turn();
          began = clock.now();
        }
        if (this.#failure !== undefined) return;
      }
    }
  }

  #greet(heartbeatMs: number): void {
    this.#helloAt = this.#options.clock.now();
    this.#lastByteAt = this.#helloAt;
    this.#patienceMs = BEATS_OF_PATIENCE * heartbeatMs;
    this.#watch();
  }

  /** Ends a connection that has gone quiet. */
  #watch(): void {
    this.#callOff?.();
    const { clock, media } = this.#options;
    const left = this.#lastByteAt + this.#patienceMs - clock.now();
    if (left > 0) {
      this.#callOff = clock.after(left, () => this.#watch());
      return;
    }
    const isSilent = media === 'text/event-stream' && this.head !== undefined && this.#helloAt === undefined;
    this.close(isSilent ? { kind: 'silent' } : { kind: 'ended', error: 'nothing came for too long' });
  }
}

function eventTexts(): (piece: Uint8Array) => Generator<string> {
  const reader = new EventReader();
  return function* (piece) {
    for (const { data } of reader.read(piece)) yield data;
  };
}

function lineTexts(): (piece: Uint8Array) => Generator<string> {
  const reader = new LineReader();
  return (piece) => reader.read(piece);
}

/** As much of a body as a refusal of px0 may have. */
async function textOf({ body }: DeliveryAnswer): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MOST_OF_REFUSAL_BYTES) break;
  }
  return text;
}
