/**
 * Reads a JSON request body within a limit. The declared length is checked before a byte is read, the real one while reading, and
 * an inflated one by the inflater, so no client makes the process hold more than the limit.
 * See docs/decisions/030-reading-requests.md.
 */
import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip as gunzipWithCallback } from 'node:zlib';
import { ApiError } from '../errors.ts';

const gunzip = promisify(gunzipWithCallback);

/** The contract's bound, for every request body. */
export const BODY_LIMIT_BYTES = 4 * 1024 * 1024;

/** @throws ApiError requestBodyTooLarge, when the request declares more than the bound */
export function refuseDeclaredOversize(req: IncomingMessage, limit: number = BODY_LIMIT_BYTES): void {
  if (Number(req.headers['content-length'] ?? 0) > limit) throw new ApiError('requestBodyTooLarge');
}

/**
 * Reads the whole body, inflated when it says `Content-Encoding: gzip`.
 *
 * @throws ApiError requestBodyTooLarge, or invalidRequestBody for another encoding, a broken gzip, or a client that hung up
 */
export async function readBody(req: IncomingMessage, limit: number = BODY_LIMIT_BYTES): Promise<Buffer> {
  refuseDeclaredOversize(req, limit);
  const encoding = (req.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip') throw invalid('encoding');
  const bytes = await readBytes(req, limit);
  return encoding === 'gzip' ? inflate(bytes, limit) : bytes;
}

function readBytes(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (finish: () => void) => {
      req.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      finish();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) {
        chunks.push(chunk);
        return;
      }
      req.pause();
      settle(() => reject(new ApiError('requestBodyTooLarge')));
    };
    const onEnd = () => settle(() => resolve(oneBuffer(chunks, length)));
    // The client hung up midway: the answer will not be read, but the handler must not wait for ever.
    const onGone = () =>
      settle(() => reject(new ApiError('invalidRequestBody', { message: 'client hung up' })));
    req.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
    if (req.readableEnded) onEnd();
    else if (req.destroyed) onGone();
  });
}

function oneBuffer(chunks: readonly Buffer[], length: number): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length);
}

async function inflate(bytes: Buffer, limit: number): Promise<Buffer> {
  try {
    return await gunzip(bytes, { maxOutputLength: limit });
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw tooLarge ? new ApiError('requestBodyTooLarge', { cause: error }) : invalid('encoding', error);
  }
}

/** The text of a JSON body. @throws ApiError invalidRequestBody for another media type, an empty body, or bytes that are no UTF-8 */
export function jsonText(contentType: string | undefined, bytes: Buffer): string {
  requireJsonText(contentType, bytes);
  return bytes.toString('utf8');
}

/** Whether the bytes may be JSON, for who parses them elsewhere. @throws ApiError invalidRequestBody, as `jsonText` */
export function requireJsonText(contentType: string | undefined, bytes: Buffer): void {
  if (!isJsonMediaType(contentType)) throw invalid(bytes.length === 0 ? 'empty' : 'media-type');
  if (bytes.length === 0) throw invalid('empty');
  if (!isUtf8(bytes)) throw invalid('utf-8');
}

function invalid(body: string, cause?: unknown): ApiError {
  return new ApiError('invalidRequestBody', { hint: { body: [body] }, cause });
}

/** Any media type that ends in `json`, parameters allowed: `application/json; charset=utf-8`, `application/problem+json`. */
export function isJsonMediaType(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  const [mediaType = ''] = (contentType ?? '').split(';', 1);
  return /json$/i.test(mediaType.trim());
}
