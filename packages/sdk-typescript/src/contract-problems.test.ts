import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { problemsIn } from './contract-problems.ts';

function vectorsOf<Vector>(name: string): readonly Vector[] {
  const path = join(import.meta.dirname, '../../template/test/vectors', `${name}.json`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

describe('the header of a violation', () => {
  it('is read as contract-headers.json says', () => {
    const vectors = vectorsOf<{ id: string; header: string; contract: unknown }>('contract-headers');
    const read = vectors.map(({ id, header }) => ({ id, contract: problemsIn(header) }));
    expect(read).toEqual(vectors.map(({ id, contract }) => ({ id, contract })));
  });

  it('is read as it was written in contracts.json', () => {
    const headers = vectorsOf<{ header?: string }>('contracts').flatMap(({ header = [] }) => header);
    expect(headers.map((header) => JSON.stringify(problemsIn(header)))).toEqual(
      headers.map((header) => JSON.stringify(JSON.parse(header))),
    );
  });

  it('may be absent', () => {
    expect(problemsIn(null)).toBeNull();
  });
});
