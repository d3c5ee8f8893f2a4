import { describe, expect, it } from 'vitest';
import { ChainVerifier, follow, genesis, type Head, headText, parseHead } from '../src/mod.ts';
import { linesOf, type VectorChain, vectorChains } from './vectors.ts';

const registry = vectorChains.find(({ name }) => name === 'registry');
if (registry === undefined) throw new Error('no vectors of the registry');
const lines = linesOf(registry);
const headAt = (number: number, { hashes }: VectorChain = registry): Head => ({
  number,
  hash: hashes[number] ?? '',
});

function verify(given: readonly string[], heads: readonly Head[] = []) {
  const verifier = new ChainVerifier(heads);
  for (const line of given) verifier.add(line);
  verifier.end();
  return verifier.chains;
}

describe.each(vectorChains)('the chain $name', (chain) => {
  it('has the hashes that Python computed', () => {
    const hashes = [genesis(chain.org_id, chain.context)];
    for (const entry of chain.entries) hashes.push(follow(hashes.at(-1) ?? { number: 0, hash: '' }, entry));
    expect(hashes).toEqual(chain.hashes.map((hash, number) => ({ number, hash })));
  });
});

describe('a head', () => {
  it('is a text and back', () => {
    expect(parseHead(headText(headAt(3)))).toEqual(headAt(3));
    for (const text of ['', '1', `01:${'a'.repeat(64)}`, `1:${'A'.repeat(64)}`, `1:${'a'.repeat(63)}`])
      expect(parseHead(text)).toBeUndefined();
  });
});

describe('verification', () => {
  it('accepts chains that lie between each other, in any number of files', () => {
    const all = vectorChains.map(linesOf);
    const mixed = lines.flatMap((line, index) => [
      line,
      ...all.filter((one) => one[0] !== lines[0]).flatMap((one) => one[index] ?? []),
    ]);
    expect(verify(mixed).map(({ context, first, head }) => [context, first, head.number])).toEqual([
      ['registry', 1, 8],
      ['tenancy', 1, 3],
      ['identity', 1, 1],
    ]);
  });

  it('says which entry does not follow', () => {
    const changed = lines.with(3, (lines[3] ?? '').replace('stable', 'stabile'));
    expect(() => verify(changed)).toThrow('entry 4 of registry does not follow entry 3');
    expect(() => verify(lines.toSpliced(2, 1))).toThrow('entry 4 of registry does not follow entry 3');
    expect(() => verify([...lines.slice(0, 2), ...lines.slice(1)])).toThrow(
      'entry 2 of registry does not follow entry 1',
    );
    expect(() => verify([lines[1] ?? '', lines[0] ?? ''])).toThrow(
      'entry 1 of registry does not follow entry 0',
    );
  });

  it('finds that the end is missing only by a head of before', () => {
    expect(verify(lines.slice(0, -1), [headAt(7)])).toHaveLength(1);
    expect(() => verify(lines.slice(0, -1), [headAt(8)])).toThrow(
      `no entry 8 has the hash ${headAt(8).hash}: entries are missing`,
    );
    expect(verify(lines, [headAt(3), headAt(8)])).toHaveLength(1);
  });

  it('begins where the head of before ends, and nowhere else', () => {
    const rest = lines.slice(4);
    expect(verify(rest, [headAt(4)])[0]?.first).toBe(5);
    expect(() => verify(rest)).toThrow('entry 5 of registry does not follow entry 4, which is missing');
    expect(() => verify(rest, [headAt(3)])).toThrow('entry 5 of registry does not follow entry 4');
  });

  it('begins at the anchor that retention has left', () => {
    const { org_id, context, entries } = registry;
    const anchor = headAt(2);
    const pruned = (hash: string) => {
      let head = headAt(7);
      const note = {
        ...entries[7],
        details: { anchor_number: String(anchor.number), anchor_hash: hash },
      };
      head = follow(head, note);
      return JSON.stringify({ ...note, text: null, number: head.number, hash: head.hash });
    };
    const kept = lines.slice(2, 7);
    expect(verify([...kept, pruned(anchor.hash)])).toMatchObject([{ orgId: org_id, context, first: 3 }]);
    expect(() => verify([...kept, pruned('0'.repeat(64))])).toThrow(
      'entry 3 of registry does not follow entry 2',
    );
    const changed = kept.with(0, (kept[0] ?? '').replace('draft', 'graft'));
    expect(() => verify([...changed, pruned(anchor.hash)])).toThrow(
      'entry 3 of registry does not follow entry 2',
    );
  });

  it.each(['', 'x', 'null', '[]', '{}', '{"number":1}'])('takes %j for no entry', (line) => {
    expect(() => verify([line])).toThrow('a line is no entry of an audit');
  });
});
