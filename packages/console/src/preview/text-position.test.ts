import { expect, it } from 'vitest';
import { offsetOf, shownPosition } from './text-position.ts';

it('columns in bytes become offsets in UTF-16, whatever the characters', () => {
  const text = 'é🙂x\nsecond';
  expect(text.slice(offsetOf(text, { line: 1, column: 6 }))).toBe('x\nsecond');
  expect(text.slice(offsetOf(text, { line: 2, column: 3 }))).toBe('ond');
  expect(shownPosition(text, { line: 1, column: 6 })).toEqual({ line: 1, column: 3, offset: 3 });
});

it('a position behind the end is the end', () => {
  expect(offsetOf('ab', { line: 1, column: 9 })).toBe(2);
  expect(offsetOf('ab\ncd', { line: 1, column: 9 })).toBe(2);
  expect(offsetOf('ab', { line: 4, column: 0 })).toBe(2);
});

it('a position is shown where the editor has it, whatever the line ends', () => {
  const text = 'a\r\nb\rc{{x\r\nd';
  const shown = 'a\nb\nc{{x\nd';
  // The language counts by LF: `c` is on its second line.
  const place = shownPosition(text, { line: 2, column: 3 });
  expect(place).toEqual({ line: 3, column: 2, offset: shown.indexOf('{{x') });
  expect(shownPosition(text, { line: 3, column: 0 })).toEqual({
    line: 4,
    column: 1,
    offset: shown.indexOf('d'),
  });
  // Between CR and LF: the end of the line.
  expect(shownPosition(text, { line: 1, column: 2 })).toEqual({ line: 1, column: 2, offset: 1 });
});
