import { describe, expect, it } from 'vitest';
import { CreationPatience, LONGEST_CREATION_MS } from './creation-patience.ts';

/** The times of attempts that are all in vain. */
function attempts(patience: CreationPatience, count: number): number[] {
  return Array.from({ length: count }, () => {
    const { ms } = patience;
    patience.failed(ms);
    return ms;
  });
}

describe('the time for the creation of a consumer', () => {
  it('doubles after the short attempts, up to what a busy server may need', () => {
    expect(attempts(new CreationPatience(1), 4)).toEqual([5_000, 10_000, 20_000, 40_000]);
    expect(attempts(new CreationPatience(3), 5)).toEqual([5_000, 5_000, 5_000, 10_000, 20_000]);
    expect(attempts(new CreationPatience(3), 20).at(-1)).toBe(LONGEST_CREATION_MS);
  });

  it('follows what the last one took, and begins again with the short attempts', () => {
    const patience = new CreationPatience(3);
    attempts(patience, 6);
    patience.succeeded(30_000);
    expect(attempts(patience, 4)).toEqual([60_000, 60_000, 60_000, 120_000]);
    patience.succeeded(10);
    expect(attempts(patience, 4)).toEqual([5_000, 5_000, 5_000, 10_000]);
  });
});
