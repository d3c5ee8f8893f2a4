/** Outputs of payloads, as snapshots keep them. */
import { createHash } from 'node:crypto';

/** In bytes of UTF-8. */
export const MAX_SNAPSHOT_BYTES = 1_048_576;

/** The digest by which outputs are compared: hexadecimal. */
export function outputDigest(output: string): string {
  return createHash('sha256').update(output).digest('hex');
}
