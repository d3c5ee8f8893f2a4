/** Writes a bundle: all that a replica holds, between a header and a signature, so that it can be carried to where px0 is not within reach. */
import { createHash, sign } from 'node:crypto';
import type { Replica } from '../client/replica.ts';
import { transferLines } from '../client/transfer.ts';
import { BUNDLE_VERSION, MOST_BUNDLE_BYTES, signedBytes } from './format.ts';
import type { BundlePrivateKey } from './keys.ts';

export interface BundleHeader {
  /** For people. */
  readonly name: string;
  /** Where the prompts come from, for people. */
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** From then on readers refuse it. */
  readonly notAfter?: number | undefined;
}

/** @throws RangeError for more than readers accept */
export function writeBundle(replica: Replica, header: BundleHeader, key: BundlePrivateKey): Buffer {
  const hash = createHash('sha512');
  const pieces: Buffer[] = [];
  let bytes = 0;
  const add = (line: string) => {
    const piece = Buffer.from(line);
    bytes += piece.length;
    if (bytes > MOST_BUNDLE_BYTES) throw new RangeError('the prompts take more than 256 MiB');
    pieces.push(piece);
    return piece;
  };
  hash.update(add(headerLine(header, replica.last)));
  for (const line of transferLines(replica)) hash.update(add(line));
  const signature = sign(null, signedBytes(hash), key.key).toString('base64url');
  add(`${JSON.stringify({ type: 'signature', algorithm: 'Ed25519', key_id: key.id, signature })}\n`);
  return Buffer.concat(pieces);
}

function headerLine({ name, host, createdAt, notAfter }: BundleHeader, revision: string | undefined): string {
  const header = {
    type: 'bundle',
    version: BUNDLE_VERSION,
    name,
    host,
    created_at: new Date(createdAt).toISOString(),
    not_after: notAfter === undefined ? null : new Date(notAfter).toISOString(),
    revision: revision ?? null,
  };
  return `${JSON.stringify(header)}\n`;
}
