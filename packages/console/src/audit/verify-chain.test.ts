import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context, Line } from './audit-lines.ts';
import { ChainVerifier, type Verified } from './verify-chain.ts';

/** Chains that a Python program computed. */
const chains: readonly {
  readonly name: string;
  readonly org_id: string;
  readonly context: Context;
  readonly entries: readonly Omit<Line, 'number' | 'hash' | 'text'>[];
  readonly hashes: readonly string[];
}[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../audit/test/vectors/audit-chain.json'), 'utf8'),
);

type Chain = (typeof chains)[number];

function linesOf({ entries, hashes }: Chain): Line[] {
  return entries.map((entry, at) => ({ ...entry, number: at + 1, text: null, hash: hashes[at + 1] ?? '' }));
}

async function verified({ org_id, context }: Chain, lines: readonly Line[]): Promise<Verified> {
  const verifier = new ChainVerifier(org_id, context);
  await verifier.add(lines);
  return verifier.result;
}

const long = chains.find(({ name }) => name === 'registry');

describe('the browser', () => {
  it.each(chains)('finds that the chain $name holds, up to its head', async (chain) => {
    const result = await verified(chain, linesOf(chain));
    expect(result.fault).toBeUndefined();
    expect(result.entries).toBe(chain.entries.length);
    expect(result.head?.hash).toBe(chain.entries.length === 0 ? undefined : chain.hashes.at(-1));
  });

  it('finds an entry that was changed, removed, or cut off at the beginning', async () => {
    if (long === undefined) throw new Error('the chain is not there');
    const lines = linesOf(long);
    const changed = lines.map((line, at) => (at === 1 ? { ...line, action: `${line.action} ` } : line));
    expect((await verified(long, changed)).fault).toBe('entry 2 of registry does not follow entry 1');
    expect((await verified(long, lines.toSpliced(1, 1))).fault).toBe(
      'entry 3 of registry does not follow entry 2',
    );
    expect((await verified(long, lines.slice(1))).fault).toBe(
      'entry 2 of registry does not follow entry 1, which is missing',
    );
  });
});
