/** What the reader and the writer of bundles agree on. */
import type { Hash } from 'node:crypto';

/** Unpacked. */
export const MOST_BUNDLE_BYTES = 256 * 1024 * 1024;

export const BUNDLE_VERSION = 1;

const SIGNED_PREFIX = Buffer.from('px0-bundle-v1\n');

/** What is signed, given the SHA-512 of all that stands before the signature's line. */
export function signedBytes(hash: Hash): Buffer {
  return Buffer.concat([SIGNED_PREFIX, hash.digest()]);
}
