import { expect, test } from 'vitest';
import { offsetOf, shownPosition } from './text-position.ts';

test('columns in bytes become offsets in UTF-16, whatever the characters', () => {
  const text = 'é🙂x\nsecond';
  expect(text.slice(offsetOf(text, { line: 1, column: 6 }))).toBe('x\nsecond');
  expect(text.slice(offsetOf(text, { line: 2, column: 3 }))).toBe('ond');
  expect(shownPosition(text, { line: 1, column: 6 })).toEqual({ line: 1, column: 3 });
});

test('a position behind the end is the end', () => {
  expect(offsetOf('ab', { line: 1, column: 9 })).toBe(2);
  expect(offsetOf('ab\ncd', { line: 1, column: 9 })).toBe(2);
  expect(offsetOf('ab', { line: 4, column: 0 })).toBe(2);
});
