import { expect, it } from 'vitest';
import { compareWithGo } from '../fuzz/compare.ts';
import { buildOracle } from '../fuzz/go-oracle.ts';
import { readVectors } from './vectors.ts';

const oracle = buildOracle();

if ('skipped' in oracle)
  it.skip(`random templates do what they do in Go (${oracle.skipped})`, () => undefined);
else {
  it('random templates do what they do in Go', () => {
    const seeds = readVectors('authored').map(({ template }) => template);
    const { differences, compared } = compareWithGo(oracle.ask, seeds, 20_260_101, 1500);
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(1400);
  });
}
