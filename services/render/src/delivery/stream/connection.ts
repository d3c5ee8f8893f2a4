/** One client's stream: what it has been sent, and how far it is behind. */
import type { Socket } from 'node:net';
import { asEvent, type Frame } from '@px0/delivery/server';
import type { Audience } from './audiences.ts';
import type { Form } from './piece.ts';
import { chunk, GZIP_HEADER, LAST_CHUNK, type Piece, type SharedPieces } from './piece.ts';

/** A connection with more than this unsent gets nothing more until it has caught up. */
export const MAX_UNSENT_BYTES = 64 * 1024;
/** A client that takes nothing for so long is gone. */
const PATIENCE_MS = 60_000;
/** A connection that was told to end is closed after this, whether or not the client has read it. */
const LINGER_MS = 2_000;

/** The part of a socket that a connection needs. */
export type Sink = Pick<
  Socket,
  'write' | 'end' | 'destroy' | 'destroyed' | 'writableLength' | 'bytesWritten' | 'once' | 'off'
>;

/**
 * `current`: it has been sent everything up to the last pass. `waiting`: it gets a transfer when it has room and its turn comes. `transfer`: it is being
 * brought up to date. Only the first takes part in passes.
 */
export type ConnectionState = 'current' | 'waiting' | 'transfer' | 'ended';

/** On whose behalf a connection listens. */
export interface Seat {
  readonly audience: Audience<Connection>;
  /** Whose transfers take turns. */
  readonly owner: string;
  /** When the caller's key ends, as a `sync` says it. */
  readonly keyEnd: string | null;
}

export interface ConnectionOptions {
  readonly sink: Sink;
  readonly form: Form;
  readonly seat: Seat;
  readonly pieces: SharedPieces;
  /** What the client has, as a sequence of this epoch; undefined for nothing. */
  readonly base: number | undefined;
  /** Counts what all connections are written. */
  readonly sent: { sentBytes: number };
}

export class Connection {
  readonly form: Form;
  readonly seat: Seat;
  readonly #sink: Sink;
  readonly #pieces: SharedPieces;
  readonly #sent: { sentBytes: number };
  state: ConnectionState = 'waiting';
  /** The last pass that it was part of. */
  pass = 0;
  /** The sequence up to which the client has everything; undefined when it must be sent everything. */
  position: number | undefined;
  /** Teams that the client does not have, though it has the others up to the position. */
  readonly gained = new Set<string>();
  /** When the client is asked to move, then when it is left, in milliseconds of the process. */
  movesAt = Number.POSITIVE_INFINITY;
  leavesAt = Number.POSITIVE_INFINITY;
  #taken = 0;
  #tookAt = performance.now();

  constructor({ sink, form, seat, pieces, base, sent }: ConnectionOptions) {
    this.#sink = sink;
    this.#pieces = pieces;
    this.#sent = sent;
    this.form = form;
    this.seat = seat;
    this.position = base;
    if (form.isGzip) sink.write(form.isChunked ? chunk(GZIP_HEADER) : GZIP_HEADER);
  }

  get isOpen(): boolean {
    return this.state !== 'ended' && !this.#sink.destroyed;
  }

  /** Bytes that wait in this process. */
  get unsent(): number {
    return this.#sink.writableLength;
  }

  get isBehind(): boolean {
    return this.unsent > MAX_UNSENT_BYTES;
  }

  write(piece: Piece): void {
    if (!this.isOpen) return;
    const bytes = piece.bytes(this.form);
    this.#sent.sentBytes += bytes.length;
    this.#sink.write(bytes);
  }

  send(frame: Frame): void {
    this.write(this.#pieces.of(asEvent(frame)));
  }

  /** Waits until everything that was written has left the process, or the connection has ended. */
  async drained(): Promise<void> {
    if (this.unsent === 0 || !this.isOpen) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        this.#sink.off('drain', end);
        this.#sink.off('close', end);
        resolve();
      };
      this.#sink.once('drain', end);
      this.#sink.once('close', end);
      // What is below the socket's own mark leaves without a word about it.
      this.#sink.write('', end);
    });
  }

  /** Whether the client has taken nothing for too long, though there was something to take. To be asked now and then. */
  isStuck(now: number): boolean {
    const taken = this.#sink.bytesWritten - this.unsent;
    if (taken !== this.#taken || this.unsent === 0) {
      this.#taken = taken;
      this.#tookAt = now;
    }
    return now - this.#tookAt >= PATIENCE_MS;
  }

  /** Ends the stream in good order, with a last frame if there is one. */
  end(frame?: Frame): void {
    if (this.state === 'ended') return;
    if (frame !== undefined) this.send(frame);
    this.state = 'ended';
    if (this.#sink.destroyed) return;
    const timer = setTimeout(() => this.#sink.destroy(), LINGER_MS);
    this.#sink.once('close', () => clearTimeout(timer));
    if (this.form.isChunked) this.#sink.end(LAST_CHUNK);
    else this.#sink.end();
  }

  destroy(): void {
    this.state = 'ended';
    this.#sink.destroy();
  }
}
