import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePatterns, matchesPattern } from './pattern.ts';

/** Made by `test/vectors/patterns.py`. */
const vectors: { pattern: string; text: string; matches: boolean }[] = JSON.parse(
  readFileSync(new URL('../test/vectors/patterns.json', import.meta.url), 'utf8'),
);

/** The definition, without any care for the time it takes. */
function matchesByDefinition(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  if (pattern.startsWith('*')) {
    const rest = pattern.slice(1);
    return Array.from({ length: text.length + 1 }, (_, taken) => text.slice(taken)).some((left) =>
      matchesByDefinition(rest, left),
    );
  }
  return text !== '' && pattern[0] === text[0] && matchesByDefinition(pattern.slice(1), text.slice(1));
}

const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 7 });
const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });

describe('a pattern', () => {
  it('matches what it matches in Python', () => {
    expect(vectors.length).toBeGreaterThan(400);
    const wrong = vectors.filter(({ pattern, text, matches }) => matchesPattern(pattern, text) !== matches);
    expect(wrong).toEqual([]);
  });

  it('matches by its definition', () => {
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(matchesPattern(pattern, text)).toBe(matchesByDefinition(pattern, text));
      }),
      { numRuns: 500 },
    );
  });

  it('matches when one of a list does', () => {
    const matches = compilePatterns(['billing_*', 'greeting']);
    expect(['billing_reply', 'greeting', 'greetings', ''].map(matches)).toEqual([true, true, false, false]);
    expect(compilePatterns([])('')).toBe(false);
  });

  it('takes no longer for a hostile text', () => {
    // A matcher that goes back for each star would not come to an end.
    const text = 'a'.repeat(100_000);
    expect(matchesPattern(`${'*a'.repeat(1_000)}*b*`, text)).toBe(false);
    expect(matchesPattern(`*${'a'.repeat(1_000)}b*`, text)).toBe(false);
  });
});
