/**
 * Takes each guard out of the client's rules in turn: the model must notice, or the guard is not needed. What it noticed by is kept in
 * `vectors/counterexamples.json`, which `npm run counterexamples` makes; some are found only after thousands of runs.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokenBy, type Counterexample, guards, rulesWithout } from './guards.ts';

const counterexamples: Readonly<Record<string, Counterexample>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'vectors', 'counterexamples.json'), 'utf8'),
);

describe('without the guard', () => {
  it.each(guards)('that $guard, a promise is broken', async (guard) => {
    const counterexample = counterexamples[guard.guard] ?? { isFaithful: true, steps: [] };
    expect(brokenBy(counterexample, await rulesWithout(guard))).not.toEqual([]);
    expect(brokenBy(counterexample)).toEqual([]);
  });
});
