/** Bytes that many connections are sent: made once, in each form that one of them needs. */
import { constants, deflateRaw, deflateRawSync, inflateRawSync, type ZlibOptions } from 'node:zlib';

/** How a connection takes its bytes. */
export interface Form {
  readonly isGzip: boolean;
  /** Whether HTTP frames them as chunks; HTTP/1.0 does not. */
  readonly isChunked: boolean;
}

/** A stream of gzip begins with this, whatever follows: deflate, no flags, no time. */
export const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/**
 * Blocks that refer to nothing before them and end on a byte, so that they may follow whatever a connection was sent. A call costs more than the
 * compression of a frame, so what belongs together is compressed together.
 */
const BLOCKS: ZlibOptions = { level: 1, chunkSize: 64 * 1024, finishFlush: constants.Z_SYNC_FLUSH };
/** For what is short: the best search costs nothing there, next to the call itself. */
const MAX_SHORT_LENGTH = 4 * 1024;
/** What comes out is a part of the chunk that zlib wrote it to, and keeps all of it in memory. */
const SHORT_BLOCKS: ZlibOptions = { ...BLOCKS, level: 9, chunkSize: MAX_SHORT_LENGTH };
/** More than this takes too long for the main thread. */
export const MAX_SYNC_BYTES = 128 * 1024;
/** The most that one stored block holds. */
const MAX_STORED_BYTES = 0xffff;

export class Piece {
  /** Undefined once only its compressed form is kept. */
  #text: string | undefined;
  #plain: Buffer | undefined;
  #blocks: Buffer | undefined;
  #plainChunk: Buffer | undefined;
  #gzipChunk: Buffer | undefined;

  /** `blocks`: the text in deflate blocks, if they are there already; the text may be missing then. */
  constructor(text: string | undefined, blocks?: Buffer) {
    this.#text = text;
    this.#blocks = blocks;
  }

  /** Whether its compression must be prepared before it is written. */
  get isLarge(): boolean {
    return this.#blocks === undefined && this.#textThere.length > MAX_SYNC_BYTES;
  }

  /** Keeps the compressed form alone, which is unpacked anew for each who takes it as it is. Returns its bytes. */
  pack(): number {
    this.#gzipChunk = chunk(this.blocks);
    // A part of the same memory.
    this.#blocks = this.#gzipChunk.subarray(-CRLF.length - this.blocks.length, -CRLF.length);
    this.#text = this.#plain = this.#plainChunk = undefined;
    return this.#gzipChunk.length;
  }

  /** The bytes that it holds. */
  get held(): number {
    const buffers = [this.#plain, this.#plainChunk, this.#gzipChunk];
    return (this.#text?.length ?? 0) + buffers.reduce((sum, buffer) => sum + (buffer?.length ?? 0), 0);
  }

  /** Compresses it in another thread. */
  async prepare(): Promise<void> {
    this.#blocks ??= await new Promise<Buffer>((resolve, reject) => {
      deflateRaw(this.#textThere, BLOCKS, (error, blocks) =>
        error === null ? resolve(blocks) : reject(error),
      );
    });
  }

  /** The deflate blocks. */
  get blocks(): Buffer {
    this.#blocks ??= deflateRawSync(
      this.#textThere,
      this.#textThere.length <= MAX_SHORT_LENGTH ? SHORT_BLOCKS : BLOCKS,
    );
    return this.#blocks;
  }

  bytes({ isGzip, isChunked }: Form): Buffer {
    if (!isChunked) return isGzip ? this.blocks : this.#plainBytes;
    if (isGzip) {
      this.#gzipChunk ??= chunk(this.blocks);
      return this.#gzipChunk;
    }
    if (this.#text === undefined) return chunk(this.#plainBytes);
    this.#plainChunk ??= chunk(this.#plainBytes);
    return this.#plainChunk;
  }

  get #plainBytes(): Buffer {
    if (this.#text === undefined) return inflateRawSync(this.blocks, { finishFlush: constants.Z_SYNC_FLUSH });
    this.#plain ??= Buffer.from(this.#text);
    return this.#plain;
  }

  /** Its text, which has not been packed yet. */
  get #textThere(): string {
    if (this.#text === undefined) throw new Error('the text of a packed piece is gone');
    return this.#text;
  }
}

/** What a writer of pieces holds between two of them. */
const WRITER_BYTES = 2 * MAX_SYNC_BYTES;
const MOST_BYTES_OF_A_UNIT = 3;

/** Puts the text of a piece together in memory that is used again for the next one: such strings would be most of the garbage of a transfer. */
export class PieceWriter {
  #buffer = Buffer.allocUnsafe(WRITER_BYTES);
  #length = 0;

  /** Bytes since the last piece. */
  get length(): number {
    return this.#length;
  }

  write(text: string): void {
    const most = this.#length + text.length * MOST_BYTES_OF_A_UNIT;
    if (most > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * most);
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#length += this.#buffer.write(text, this.#length);
  }

  /** What was written, compressed unless it is too large for the main thread; begins anew. */
  take(): Piece {
    const bytes = this.#buffer.subarray(0, this.#length);
    const isLarge = this.#length > MAX_SYNC_BYTES;
    const piece = isLarge ? new Piece(bytes.toString()) : new Piece(undefined, deflateRawSync(bytes, BLOCKS));
    this.clear();
    return piece;
  }

  /** Forgets what was written. */
  clear(): void {
    if (this.#buffer.length > WRITER_BYTES) this.#buffer = Buffer.allocUnsafe(WRITER_BYTES);
    this.#length = 0;
  }
}

/** A short text for few: in gzip, too, as it is, for compressing it would cost more than sending it. */
export function storedPiece(text: string): Piece {
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_STORED_BYTES) return new Piece(text);
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(MAX_STORED_BYTES - bytes.length, 3);
  return new Piece(text, Buffer.concat([head, bytes]));
}

/** Texts beyond this are hardly ever the same twice. */
const MAX_SHARED_LENGTH = 8 * 1024;
/** Texts that are remembered; the oldest goes. */
const MOST_SHARED = 256;

/** Pieces of short texts that many connections are sent one by one: their greeting, what closes their transfers, their heartbeats. */
export class SharedPieces {
  readonly #pieces = new Map<string, Piece>();

  of(text: string): Piece {
    if (text.length > MAX_SHARED_LENGTH) return new Piece(text);
    const known = this.#pieces.get(text);
    if (known !== undefined) return known;
    if (this.#pieces.size >= MOST_SHARED) this.#pieces.delete(this.#pieces.keys().next().value ?? '');
    const piece = new Piece(text);
    this.#pieces.set(text, piece);
    return piece;
  }
}

/** The last chunk, which ends a chunked body. */
export const LAST_CHUNK = Buffer.from('0\r\n\r\n');
const CRLF = Buffer.from('\r\n');

/** The bytes as one chunk of a body in HTTP/1.1. */
export function chunk(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]);
}
