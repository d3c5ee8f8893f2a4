/**
 * An answer as a value. Handlers and errors become one before anything is written, so that a wrapper can inspect it, discard it
 * and decide again. Only `sendReply` touches the socket.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

const JSON_TYPE = 'application/json; charset=utf-8';

/** JSON texts in UTF-8, piece by piece: for answers so large that serialising them at once would hold the process. */
export class SerializedJson {
  readonly pieces: readonly Uint8Array[];
  readonly contentType: string;

  constructor(pieces: readonly Uint8Array[], contentType = JSON_TYPE) {
    this.pieces = pieces;
    this.contentType = contentType;
  }

  get byteLength(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  }
}

export interface Reply {
  readonly status: number;
  /** Serialised as JSON, unless it is `SerializedJson`; undefined for an empty body. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** Beyond this much of an unwanted body, or after this long, the connection is cut instead of read to its end. */
const LINGER_BYTES = 16 * 1024 * 1024;
const LINGER_MS = 2_000;
/** An unread body of at most this declared size is cheaper to read (Node does it) than a new connection. */
const CHEAP_BODY_BYTES = 64 * 1024;

/** Writes the answer. Headers that were set on `res` before (request id, revision) stay. */
export function sendReply(req: IncomingMessage, res: ServerResponse, reply: Reply): void {
  if (res.headersSent || res.destroyed) return;
  for (const [name, value] of Object.entries(reply.headers)) res.setHeader(name, value);
  if (reply.body !== undefined) res.setHeader('Content-Type', JSON_TYPE);
  if (reply.body instanceof SerializedJson) {
    res.setHeader('Content-Type', reply.body.contentType);
    sendPieces(req, res, reply.status, reply.body);
    return;
  }
  const text = reply.body === undefined ? '' : JSON.stringify(reply.body);
  if (reply.status !== 204) res.setHeader('Content-Length', Buffer.byteLength(text));
  res.statusCode = reply.status;
  if (isLongBodyUnread(req)) endAfterLingering(req, res, text);
  else res.end(text);
}

function sendPieces(req: IncomingMessage, res: ServerResponse, status: number, body: SerializedJson): void {
  res.setHeader('Content-Length', body.byteLength);
  res.statusCode = status;
  if (isLongBodyUnread(req)) {
    endAfterLingering(req, res, ...body.pieces);
    return;
  }
  res.cork();
  for (const piece of body.pieces) res.write(piece);
  res.end();
}

function isLongBodyUnread(req: IncomingMessage): boolean {
  if (req.complete || req.readableEnded) return false;
  if (req.headers['transfer-encoding'] !== undefined) return true;
  return Number(req.headers['content-length'] ?? 0) > CHEAP_BODY_BYTES;
}

/**
 * Closing a socket with unread bytes in it resets the connection, and the client would lose the answer that it has not read
 * yet. So the answer is sent in full at once, and the rest of the body is read and dropped for a bounded while.
 */
function endAfterLingering(
  req: IncomingMessage,
  res: ServerResponse,
  ...pieces: readonly (string | Uint8Array)[]
): void {
  res.setHeader('Connection', 'close');
  if (req.method === 'HEAD' || pieces.every(({ length }) => length === 0)) res.flushHeaders();
  else for (const piece of pieces) res.write(piece);
  let dropped = 0;
  const timer = setTimeout(finish, LINGER_MS);
  req.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > LINGER_BYTES) finish();
  });
  req.once('end', finish);
  req.once('close', finish);
  req.resume();

  function finish(): void {
    clearTimeout(timer);
    if (!res.writableEnded) res.end();
  }
}
