/**
 * Revision tokens: a position in the state stream as clients carry it. Opaque to clients; px0 orders them by epoch, then by
 * sequence, so that the gateway can keep the highest.
 */

/** A generation of the state stream's contents. Decimal digits; a later epoch is a greater number. */
export type Epoch = string;

export interface RevisionToken {
  readonly epoch: Epoch;
  readonly sequence: number;
}

const VERSION = '1';
/** A well-formed token has at most 44 characters; anything longer is refused before it is decoded. */
const MAX_TOKEN_LENGTH = 64;
const DECODED = /^1:(\d{1,16}):(\d{1,16})$/;

/** `base64url("1:" epoch ":" sequence)`. */
export function encodeToken({ epoch, sequence }: RevisionToken): string {
  return Buffer.from(`${VERSION}:${epoch}:${sequence}`).toString('base64url');
}

/** The token's contents, or undefined for anything that `encodeToken` cannot have written. */
export function decodeToken(text: string): RevisionToken | undefined {
  if (text.length === 0 || text.length > MAX_TOKEN_LENGTH) return undefined;
  const match = DECODED.exec(Buffer.from(text, 'base64url').toString('latin1'));
  const epoch = match?.[1];
  const sequence = Number(match?.[2]);
  if (epoch === undefined || !Number.isSafeInteger(sequence)) return undefined;
  const token = { epoch, sequence };
  // Base64 has several spellings of the same bytes, and decoding skips what it does not know: only ours counts.
  return encodeToken(token) === text ? token : undefined;
}

/** Negative when `a` is the earlier one. Epochs are digits, so the longer is the greater. */
export function compareEpochs(a: Epoch, b: Epoch): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Negative when `a` is the earlier one. */
export function compareTokens(a: RevisionToken, b: RevisionToken): number {
  return compareEpochs(a.epoch, b.epoch) || a.sequence - b.sequence;
}
