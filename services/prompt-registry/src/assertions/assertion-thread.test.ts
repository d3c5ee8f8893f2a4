import type { Assertion } from '@px0/assertions';
import { silentLogger } from '@px0/service-kit';
import { afterAll, describe, expect, it } from 'vitest';
import { AssertionThread } from './assertion-thread.ts';

const thread = new AssertionThread(silentLogger());
afterAll(() => thread.pool.close(0));

const signal = new AbortController().signal;
const ask = (budgetMs: number, ...assertions: Assertion[]) =>
  thread.ask(
    'acme',
    { texts: ['aab '.repeat(65_536)], questions: assertions.map((assertion) => ({ text: 0, assertion })) },
    { budgetMs, waitMs: 60_000, signal },
  );
const matches = (value: string): Assertion => ({ type: 'matches', value });

/** Takes a good part of a second. */
const slow = (index: number) => matches(`(\\pL{1,10} ?){1,90}[^\\pL ]{${index + 1}}(.{1,20}){1,20}$`);

describe('the thread for patterns and tokens', () => {
  it('answers in the order of the questions', async () => {
    expect(await ask(60_000, matches('a{2}b'), { type: 'max_tokens', value: 1 }, matches('a{3}'))).toEqual([
      1,
      expect.any(Number),
      0,
    ]);
  });

  it('is ended when its time is up, keeps the answers before, and begins anew', async () => {
    const many = Array.from({ length: 500 }, (_, index) => slow(index));
    const answers = await ask(3_000, matches('a{2}b'), ...many, matches('b *$'));
    expect(answers[0]).toBe(1);
    expect(answers.at(-1)).toBeUndefined();
    expect(await ask(60_000, matches('b *$'))).toEqual([1]);
  });

  it('says of patterns why they do not compile', async () => {
    const reasons = await thread.reasonsAgainst('acme', ['a', '(?=a)'], { waitMs: 60_000 });
    expect(reasons).toEqual([null, 'invalid or unsupported Perl syntax: `(?=`']);
  });
});
