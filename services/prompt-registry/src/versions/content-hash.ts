/**
 * The fingerprint of what renders a version. An approval, an external check and a snapshot hold for exactly one of it.
 * See docs/decisions/198-content-hash.md.
 */
import { createHash } from 'node:crypto';
import type { ProgramState } from '@px0/contracts';
import canonicalize from 'canonicalize';

const PREFIX = 'sha256:';

/**
 * `sha256:` and the hexadecimal digest of the program as RFC 8785 JSON; of a plain text, of its UTF-8. The program is what the version's body
 * carries, so what was merely inferred from its text is no part of it.
 *
 * Different programs have different hashes, save for a plain text that is, character by character, the canonical JSON of another program.
 */
export function contentHashOf(program: ProgramState): string {
  return `${PREFIX}${createHash('sha256').update(canonicalProgram(program)).digest('hex')}`;
}

/** The text that is hashed. */
export function canonicalProgram(program: ProgramState): string {
  const { template, ...rest } = program;
  if (Object.values(rest).every((value) => value === undefined)) return template;
  const text = canonicalize(program);
  if (text === undefined) throw new Error('a program is a JSON object');
  return text;
}

/** The digest as it is stored. */
export function digestOf(contentHash: string): Buffer {
  return Buffer.from(contentHash.slice(PREFIX.length), 'hex');
}
