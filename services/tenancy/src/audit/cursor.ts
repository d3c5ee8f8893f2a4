/** Where a reader of the audit goes on: opaque to clients, who only send it back. */
import { ApiError } from '@px0/service-kit';

/** Postgres's largest bigint has 19 digits; a longer number would be an error there. */
const form = /^[1-9]\d{0,17}$/;

export function encodeCursor(id: bigint): string {
  return Buffer.from(String(id)).toString('base64url');
}

/** @throws ApiError `invalidCursor` for a text that `encodeCursor` did not make */
export function decodeCursor(cursor: string): bigint {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  if (!form.test(text) || Buffer.from(text).toString('base64url') !== cursor)
    throw new ApiError('invalidCursor');
  return BigInt(text);
}
