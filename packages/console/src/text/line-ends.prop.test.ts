import fc from 'fast-check';
import { expect, it } from 'vitest';
import { kindOfEnds, linesOf, prevailingEnd, retyped, textOf, withLineFeeds } from './line-ends.ts';

const text = fc
  .array(fc.constantFrom('\r\n', '\r', '\n', 'a', 'b', '\u2028', '\u0085', '\ufeff', '\u00a0', '\t'), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));
const lineFeedText = text.map(withLineFeeds);

it('a text that is taken apart and put together is the same', () => {
  fc.assert(
    fc.property(text, (one) => {
      expect(textOf(linesOf(one))).toBe(one);
    }),
  );
});

it('lines that are put together are read as the same lines', () => {
  const end = fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('', 'a'), end)), (pairs) => {
      const lines = [...pairs.map(([line]) => line), ''];
      expect(linesOf(textOf({ lines, ends: pairs.map(([, own]) => own) })).lines).toEqual(lines);
    }),
  );
});

it('what is typed into a text area is what the text shows afterwards', () => {
  fc.assert(
    fc.property(text, lineFeedText, (before, typed) => {
      expect(withLineFeeds(retyped(before, typed))).toBe(typed);
    }),
  );
});

it('a text area in which nothing was typed leaves the text as it is', () => {
  fc.assert(
    fc.property(text, (before) => {
      expect(retyped(before, withLineFeeds(before))).toBe(before);
    }),
  );
});

it('a text area keeps the ends before and after what was typed', () => {
  expect(retyped('a\r\nb\rc\nd', 'a\nb!\nc\nd')).toBe('a\r\nb!\rc\nd');
  expect(retyped('a\r\nb\r\n', 'a\nx\nb\n')).toBe('a\r\nx\r\nb\r\n');
  expect(retyped('a\r\nb\r\nc', 'ac')).toBe('ac');
  expect(retyped('a\rb\nc', 'a\n\nc')).toBe('a\r\n\nc');
});

it('the kind of the ends of a text is told', () => {
  expect(['', 'a', 'a\n', 'a\r\nb\r\n', '\r', 'a\r\n\n', '\r\r\n'].map(kindOfEnds)).toEqual([
    undefined,
    undefined,
    '\n',
    '\r\n',
    '\r',
    'mixed',
    'mixed',
  ]);
  expect(prevailingEnd(['\n', '\r\n'])).toBe('\n');
  expect(prevailingEnd(['\r', '\r\n', '\r\n'])).toBe('\r\n');
  expect(prevailingEnd(['\r'])).toBe('\r');
});
