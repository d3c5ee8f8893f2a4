/**
 * Reads a bundle: frames between a header and a signature. Nothing of it is looked at before the signature holds, and nothing is used of one that is refused.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Replica } from '../client/replica.ts';
import { MAX_LINE_BYTES } from '../frames/frame.ts';
import { isObject, type JsonObject } from '../frames/json.ts';
import { frameOf } from '../frames/read-frame.ts';

/** Unpacked. */
export const MOST_BUNDLE_BYTES = 256 * 1024 * 1024;

export interface Bundle {
  readonly replica: Replica;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

const SIGNED_PREFIX = 'px0-bundle-v1\n';
const KEY_PREFIX = 'px0pk_';
const VERSION = 1;
const NEWLINE = 0x0a;
const GZIP = [0x1f, 0x8b];

/** What a bundle holds, or why it is refused. `keys`: the public keys that are trusted. `now`: milliseconds since 1970. */
export function readBundle(file: Uint8Array, keys: readonly string[], now: number): Bundle | string {
  try {
    const bytes = unpacked(file);
    const lines = linesOf(bytes);
    const signed = lines.pop();
    const signature = signed && signatureIn(textOf(bytes, signed), keys);
    if (signed === undefined || signature === undefined) return 'bundle is not signed by a trusted key';
    if (!holds(bytes.subarray(0, signed.from), signature)) return 'bundle signature does not match';
    return contentOf(
      lines.map((line) => textOf(bytes, line)),
      now,
    );
  } catch (error) {
    if (error instanceof TooLarge) return 'bundle is too large';
    return 'bundle is damaged';
  }
}

class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

function unpacked(file: Uint8Array): Uint8Array {
  if (file.length > MOST_BUNDLE_BYTES) throw new TooLarge();
  if (!GZIP.every((byte, at) => file[at] === byte)) return file;
  try {
    return gunzipSync(file, { maxOutputLength: MOST_BUNDLE_BYTES });
  } catch (error) {
    if (error instanceof RangeError) throw new TooLarge();
    throw error;
  }
}

interface Line {
  readonly from: number;
  readonly to: number;
}

function linesOf(bytes: Uint8Array): Line[] {
  const lines: Line[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, from);
    const to = end === -1 ? bytes.length : end;
    if (to - from > MAX_LINE_BYTES) throw new TooLarge();
    lines.push({ from, to });
    from = to + 1;
  }
  return lines;
}

function textOf(bytes: Uint8Array, { from, to }: Line): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(from, to));
}

interface Signature {
  /** Raw. */
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
}

/** Of the last line; undefined where it is none by a trusted key. */
function signatureIn(line: string, keys: readonly string[]): Signature | undefined {
  const value = parsed(line);
  const { type, algorithm, key_id, signature } = value ?? {};
  if (type !== 'signature' || algorithm !== 'Ed25519' || typeof signature !== 'string') return undefined;
  const raw = keys.map((key) => Buffer.from(key.slice(KEY_PREFIX.length), 'base64url'));
  const key = raw.find((one) => keyIdOf(one) === key_id);
  return key && { key, signature: Buffer.from(signature, 'base64url') };
}

function keyIdOf(raw: Uint8Array): string {
  return createHash('sha256').update(raw).digest('hex').slice(0, 8);
}

function holds(signed: Uint8Array, { key, signature }: Signature): boolean {
  const x = Buffer.from(key).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const digest = createHash('sha512').update(signed).digest();
  return verify(null, Buffer.concat([Buffer.from(SIGNED_PREFIX), digest]), publicKey, signature);
}

function contentOf([first = '', ...frames]: readonly string[], now: number): Bundle | string {
  const header = parsed(first);
  const { type, version, name, created_at, not_after = null } = header ?? {};
  const createdAt = timeOf(created_at);
  const notAfter = not_after === null ? undefined : timeOf(not_after);
  const isKnown = type === 'bundle' && version === VERSION && createdAt !== undefined;
  if (!isKnown || (not_after !== null && notAfter === undefined)) return 'bundle is damaged';
  const replica = new Replica();
  for (const line of frames) {
    const frame = frameOf(JSON.parse(line));
    if (frame !== undefined && replica.apply(frame) !== undefined) return 'bundle is damaged';
  }
  if (!replica.isSynced || replica.isInTransfer) return 'bundle is damaged';
  if (notAfter !== undefined && notAfter <= now) return 'bundle has expired';
  return { replica, name: typeof name === 'string' ? name : '', createdAt };
}

function parsed(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
