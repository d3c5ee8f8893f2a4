import { describe, expect, it } from 'vitest';
import { TIMED_OUT, within } from './within.ts';

describe('a time limit', () => {
  it('passes on what the promise resolves to', async () => {
    expect(await within(Promise.resolve(7), 60_000)).toBe(7);
  });

  it('passes on a rejection', async () => {
    await expect(within(Promise.reject(new Error('no')), 60_000)).rejects.toThrow('no');
  });

  it('says when the time is up', async () => {
    expect(await within(new Promise<number>(() => undefined), 0)).toBe(TIMED_OUT);
  });
});
