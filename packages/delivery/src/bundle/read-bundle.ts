/**
 * Reads a bundle. Nothing of it is taken for what it says before the signature holds, and nothing is used of one that is refused. Lines are never
 * gathered: a file may consist of millions.
 */
import { createHash, verify } from 'node:crypto';
import { gunzip } from 'node:zlib';
import { Replica } from '../client/replica.ts';
import { appliesToTransfer } from '../client/transfer.ts';
import { MAX_LINE_BYTES } from '../frames/frame.ts';
import { isObject, type JsonObject } from '../frames/json.ts';
import { LineReader } from '../frames/lines.ts';
import { FrameError, frameOf } from '../frames/read-frame.ts';
import { BUNDLE_VERSION, MOST_BUNDLE_BYTES, signedBytes } from './format.ts';
import { bundlePublicKey } from './keys.ts';

export interface Bundle {
  readonly replica: Replica;
  readonly name: string;
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Undefined for one that never expires. */
  readonly notAfter: number | undefined;
  /** Names the key that has signed it. */
  readonly keyId: string;
}

export interface BundleReading {
  /** The public keys that may have signed it; those in another form count as absent. */
  readonly keys: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Lets others have a turn, between slices of work. */
  readonly turn?: () => Promise<void>;
}

/** Why nothing of a bundle is used. These are the words of every reader. */
export type BundleRefusal =
  | 'bundle is too large'
  | 'bundle is not signed by a trusted key'
  | 'bundle signature does not match'
  | 'bundle is damaged'
  | 'bundle has expired';

const NEWLINE = 0x0a;
const GZIP_MAGIC = [0x1f, 0x8b];
const HASHED_AT_ONCE = 1024 * 1024;
const SLICE_MS = 4;

/** What a bundle holds, gzipped or not, or why it is refused. */
export async function readBundle(
  file: Uint8Array,
  { keys, now, turn = noTurn }: BundleReading,
): Promise<Bundle | BundleRefusal> {
  const parts = await partsOf(file);
  if (typeof parts === 'string') return parts;
  const { content, signature } = parts;
  const trusted = keys.flatMap((text) => {
    const key = bundlePublicKey(text);
    return key?.id === signature.keyId ? [key.key] : [];
  });
  if (trusted.length === 0) return 'bundle is not signed by a trusted key';
  const signed = await signedBytesOf(content, turn);
  if (!trusted.some((key) => verify(null, signed, key, signature.bytes)))
    return 'bundle signature does not match';
  const bundle = await readContent(parts, turn);
  if (bundle?.notAfter !== undefined && now > bundle.notAfter) return 'bundle has expired';
  return bundle ?? 'bundle is damaged';
}

/** What a bundle says that it holds. Nobody has checked who says so, so it is only to be looked at. */
export async function inspectBundle(file: Uint8Array): Promise<Bundle | BundleRefusal> {
  const parts = await partsOf(file);
  if (typeof parts === 'string') return parts;
  return (await readContent(parts, noTurn)) ?? 'bundle is damaged';
}

interface Parts {
  /** All that is signed. */
  readonly content: Uint8Array;
  readonly signature: Signature;
}

async function noTurn(): Promise<void> {}

async function partsOf(file: Uint8Array): Promise<Parts | BundleRefusal> {
  const bytes = await unpacked(file);
  if (typeof bytes === 'string') return bytes;
  if (hasLongLine(bytes)) return 'bundle is too large';
  const at = bytes.lastIndexOf(NEWLINE, bytes.length - 2) + 1;
  const signature = readSignature(bytes.subarray(at));
  if (signature === undefined) return 'bundle is not signed by a trusted key';
  return { content: bytes.subarray(0, at), signature };
}

async function unpacked(file: Uint8Array): Promise<Uint8Array | BundleRefusal> {
  if (file.length > MOST_BUNDLE_BYTES) return 'bundle is too large';
  if (!GZIP_MAGIC.every((byte, at) => file[at] === byte)) return file;
  return await new Promise((resolve) => {
    gunzip(file, { maxOutputLength: MOST_BUNDLE_BYTES, chunkSize: HASHED_AT_ONCE }, (error, bytes) => {
      if (error === null) resolve(bytes);
      else resolve(error instanceof RangeError ? 'bundle is too large' : 'bundle is damaged');
    });
  });
}

/** Looks from the end of each stretch that a line may have, so that short lines cost nothing. */
function hasLongLine(bytes: Uint8Array): boolean {
  for (let from = 0; bytes.length - from > MAX_LINE_BYTES; ) {
    const end = bytes.subarray(from, from + MAX_LINE_BYTES + 1).lastIndexOf(NEWLINE);
    if (end === -1) return true;
    from += end + 1;
  }
  return false;
}

interface Signature {
  readonly keyId: string;
  readonly bytes: Uint8Array;
}

function readSignature(line: Uint8Array): Signature | undefined {
  const { type, algorithm, key_id, signature } = parsed(line) ?? {};
  if (type !== 'signature' || algorithm !== 'Ed25519') return undefined;
  if (typeof key_id !== 'string' || typeof signature !== 'string') return undefined;
  return { keyId: key_id, bytes: Buffer.from(signature, 'base64url') };
}

async function signedBytesOf(content: Uint8Array, turn: () => Promise<void>): Promise<Buffer> {
  const hash = createHash('sha512');
  for (let from = 0; from < content.length; from += HASHED_AT_ONCE) {
    hash.update(content.subarray(from, from + HASHED_AT_ONCE));
    await turn();
  }
  return signedBytes(hash);
}

/** Undefined for what no px0 writes. */
async function readContent(
  { content, signature: { keyId } }: Parts,
  turn: () => Promise<void>,
): Promise<Bundle | undefined> {
  const replica = new Replica();
  let header: Omit<Bundle, 'replica' | 'keyId'> | undefined;
  let began = performance.now();
  try {
    for (const line of new LineReader().read(content)) {
      const value: unknown = JSON.parse(line);
      if (header === undefined) {
        header = headerIn(value);
        if (header === undefined) return undefined;
      } else if (!appliesToTransfer(replica, frameOf(value))) return undefined;
      if (performance.now() - began < SLICE_MS) continue;
      await turn();
      began = performance.now();
    }
  } catch (error) {
    if (error instanceof FrameError || error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (header === undefined || !replica.isSynced || replica.isInTransfer) return undefined;
  return { replica, keyId, ...header };
}

function headerIn(value: unknown): Omit<Bundle, 'replica' | 'keyId'> | undefined {
  if (!isObject(value) || value['type'] !== 'bundle' || value['version'] !== BUNDLE_VERSION) return undefined;
  const { name, host, created_at, not_after = null } = value;
  const createdAt = timeOf(created_at);
  const notAfter = not_after === null ? undefined : timeOf(not_after);
  if (createdAt === undefined || (not_after !== null && notAfter === undefined)) return undefined;
  return { name: textOf(name), host: textOf(host), createdAt, notAfter };
}

function parsed(line: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(line));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
