/**
 * How a request's body is forwarded. A small one with a declared length is read first and sent in one piece: that is faster,
 * keeps a slow client from occupying an upstream's connection, and lets a render be sent again when a replica dies. All others
 * are streamed.
 * See docs/decisions/043-rolling-restarts.md.
 */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ClientFaultError } from '../upstreams/failures.ts';

/** Bodies up to here are gathered. Times the connections of a busy gateway, this is its memory for bodies. */
export const GATHER_BYTES = 64 * 1024;

/** The body went over the contract's bound while it was streamed. */
export class BodyTooLargeError extends ClientFaultError {
  override readonly name = 'BodyTooLargeError';
}

/** Reads a body of at most `GATHER_BYTES`. Calls back with undefined when the client hung up. */
export function gatherBody(req: IncomingMessage, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let settled = false;
  req.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
  });
  req.on('end', () => settle(oneBuffer(chunks)));
  req.on('close', () => settle(undefined));

  function settle(body: Buffer | undefined): void {
    if (settled) return;
    settled = true;
    done(body);
  }
}

function oneBuffer(chunks: readonly Buffer[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
}

/**
 * The body as a stream that fails beyond so many bytes. It does not destroy the request when the upstream stops reading:
 * the client must still get the answer.
 */
export function streamBody(req: IncomingMessage, limit: number): Readable {
  return Readable.from(boundedChunks(req, limit), { objectMode: false });
}

async function* boundedChunks(req: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
  let length = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = chunk;
    length += bytes.length;
    if (length > limit) throw new BodyTooLargeError('request body too large');
    yield bytes;
  }
}
