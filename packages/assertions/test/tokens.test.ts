import { expect, it } from 'vitest';
import { countTokens, piecesOf } from '../src/costly/tokens.ts';

it('tokens are those of the vocabulary, whatever names a text holds', () => {
  expect(countTokens('')).toBe(0);
  expect(countTokens('hello world')).toBe(2);
  expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
  expect(countTokens('The quick brown fox jumps over the lazy dog. '.repeat(100))).toBe(1_001);
});

it('long runs are counted in slices, which together are the text and part no pair', () => {
  const text = `before ${'😀'.repeat(5_000)} ${'x'.repeat(4_096)}${' '.repeat(9_000)}after`;
  const pieces = piecesOf(text);
  expect(pieces.join('')).toBe(text);
  for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
  expect(pieces.map(({ length }) => length)).toEqual([
    7,
    4_096,
    4_096,
    1_808,
    1 + 4_096,
    4_096,
    4_096,
    808,
    5,
  ]);
  expect(piecesOf(`a${'b'.repeat(4_096)}`)).toHaveLength(2);
});
