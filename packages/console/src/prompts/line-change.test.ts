import { expect, it } from 'vitest';
import { lineChange } from './line-change.ts';

it('counts the lines that differ and shows the first of them', () => {
  expect(lineChange('one\ntwo\nthree', 'one\n2\nthree')).toEqual({
    added: 1,
    removed: 1,
    first: { before: 'two', after: '2' },
  });
  expect(lineChange('one\nthree', 'one\ntwo\nthree\nfour')).toEqual({
    added: 2,
    removed: 0,
    first: { before: undefined, after: 'two' },
  });
  expect(lineChange('one\ntwo\nthree\nfour', 'one\nthree\n4')).toEqual({
    added: 1,
    removed: 2,
    first: { before: 'two', after: undefined },
  });
});

it('prefers a line that says something to a blank one', () => {
  expect(lineChange('Hello', 'Hello\n\n## Rules\n- Be short')).toMatchObject({
    added: 3,
    first: { before: undefined, after: '## Rules' },
  });
});

it('finds nothing in equal lines, whatever their endings', () => {
  expect(lineChange('one\r\ntwo', 'one\ntwo')).toBeUndefined();
  expect(lineChange('', '')).toBeUndefined();
});

it('counts the lines of a text that was written anew', () => {
  const lines = (mark: string) =>
    Array.from({ length: 1_000 }, (_, at) => (at === 500 ? 'kept' : `${mark}${at}`)).join('\n');
  expect(lineChange(lines('a'), lines('b'))).toEqual({
    added: 999,
    removed: 999,
    first: { before: 'a0', after: 'b0' },
  });
  expect(lineChange('', 'Hello')).toEqual({
    added: 1,
    removed: 0,
    first: { before: undefined, after: 'Hello' },
  });
});
