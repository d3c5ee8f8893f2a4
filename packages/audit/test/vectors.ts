/** The chains that a Python program computed. */
import { readFileSync } from 'node:fs';
import type { AuditEntry } from '../src/mod.ts';

export interface VectorChain {
  readonly name: string;
  readonly org_id: string;
  readonly context: string;
  readonly entries: readonly AuditEntry[];
  /** Of the beginning, then one for each entry. */
  readonly hashes: readonly string[];
}

export const vectorChains: readonly VectorChain[] = JSON.parse(
  readFileSync(new URL('vectors/audit-chain.json', import.meta.url), 'utf8'),
);

/** A chain as an export has it. */
export function linesOf({ entries, hashes }: VectorChain): string[] {
  return entries.map((entry, index) =>
    JSON.stringify({ number: index + 1, ...entry, text: null, hash: hashes[index + 1] }),
  );
}
