import { describe, expect, it } from 'vitest';
import { parseListQuery } from './list-query.ts';

describe('a list’s query', () => {
  it('takes the words of a search, and nothing that could be an operator', () => {
    expect(parseListQuery({ q: `Größe & !x | 'y':* <-> (z) \\` }).words).toEqual(['größe', 'x', 'y', 'z']);
  });

  it('bounds its words', () => {
    expect(parseListQuery({ q: Array.from({ length: 50 }, (_, i) => `w${i}`).join(' ') }).words).toHaveLength(
      16,
    );
  });
});
