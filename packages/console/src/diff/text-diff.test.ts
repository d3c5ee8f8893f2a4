import { expect, it } from 'vitest';
import { diffTexts, isFirstOfChange, unifiedLines } from './text-diff.ts';

it('a change begins at the first of the lines that differ, side by side and unified', () => {
  const { rows } = diffTexts('a\nb\nc\nd\ne\nf', 'a\nB\nC\nd\ne\nf\ng');
  const lines = unifiedLines(rows);
  expect(rows.map((_, at) => isFirstOfChange(rows, at))).toEqual([
    false,
    true,
    false,
    false,
    false,
    false,
    true,
  ]);
  expect(lines.filter((_, at) => isFirstOfChange(lines, at)).map(({ kind }) => kind)).toEqual([
    'removed',
    'added',
  ]);
});
