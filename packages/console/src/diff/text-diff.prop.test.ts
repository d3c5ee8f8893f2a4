import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diffTexts, foldedSections, type Side, unifiedLines } from './text-diff.ts';

const text = (side: Side | undefined) =>
  side === undefined ? '' : side.parts.map((part) => part.text).join('') + (side.end ?? '');

it('a rewritten line shows which words changed', () => {
  const { rows, added, removed } = diffTexts('Hello world\nend', 'Hello brave world\nend');
  expect({ added, removed }).toEqual({ added: 1, removed: 1 });
  expect(rows[0]?.kind).toBe('changed');
  expect(rows[0]?.right?.parts.filter((part) => part.isChanged).map((part) => part.text.trim())).toEqual([
    'brave',
  ]);
});

it('lines that have nothing in common are marked as a whole', () => {
  const [row] = diffTexts('abc def', 'completely other words').rows;
  expect(row?.left?.parts).toEqual([{ text: 'abc def', isChanged: false }]);
});

it('equal texts have no changes, and an empty text has no lines', () => {
  expect(diffTexts('a\nb', 'a\nb')).toMatchObject({ added: 0, removed: 0 });
  expect(diffTexts('', '').rows).toEqual([]);
  expect(diffTexts('', 'a').rows).toMatchObject([{ kind: 'added', left: undefined }]);
});

it('a line that has another end is shown as that, and as nothing else', () => {
  const converted = diffTexts('a\r\nb\r\nc', 'a\nb\nc');
  expect(converted).toMatchObject({ added: 0, removed: 0, ends: 2 });
  expect(converted.rows.map(({ kind }) => kind)).toEqual(['ends', 'ends', 'same']);
  expect(converted.rows[0]).toMatchObject({
    left: { end: '\r\n', isEndShown: true },
    right: { end: '\n', isEndShown: true },
  });
  expect(unifiedLines(converted.rows).map(({ kind }) => kind)).toEqual(['ends', 'ends', 'same']);
});

it('in a text with other line ends the lines that changed are still found', () => {
  const { rows, added, removed, ends } = diffTexts('one\r\ntwo\r\nend\r\n', 'one\nnew\ntwo\nend!\n');
  expect({ added, removed, ends }).toEqual({ added: 2, removed: 1, ends: 2 });
  expect(rows.map(({ kind }) => kind)).toEqual(['ends', 'added', 'ends', 'changed', 'same']);
  expect(rows[1]?.right?.isEndShown).toBe(true);
});

it('ends that are the same everywhere are not shown', () => {
  const { rows, ends } = diffTexts('a\r\nb\r\nc', 'a\r\nx\r\ny\r\nc');
  expect(ends).toBe(0);
  expect(rows.flatMap(({ left, right }) => [left, right]).some((side) => side?.isEndShown)).toBe(false);
});

it('far from changes equal lines are folded', () => {
  const before = Array.from({ length: 30 }, (_, line) => `line ${line}`);
  const after = before.with(15, 'another');
  const sections = foldedSections(diffTexts(before.join('\n'), after.join('\n')).rows);
  expect(sections.map(({ kind, rows }) => `${kind} ${rows.length}`)).toEqual([
    'fold 12',
    'rows 7',
    'fold 11',
  ]);
});

it('in one column removed lines of a block stand before the added ones', () => {
  const kinds = unifiedLines(diffTexts('a\nb\nc\nz', 'x\ny\nz').rows).map(({ kind }) => kind);
  expect(kinds).toEqual(['removed', 'removed', 'removed', 'added', 'added', 'same']);
});

const line = fc.constantFrom('', 'a', 'b', 'the quick fox', 'the slow fox', '{{.name}}');
const end = fc.constantFrom('\n', '\n', '\r\n', '\r');
const lines = fc
  .tuple(fc.array(fc.tuple(line, end), { maxLength: 12 }), line)
  .map(([all, last]) => all.map(([one, own]) => one + own).join('') + last);

it('each side of the rows gives its text back, in two columns and in one', () => {
  fc.assert(
    fc.property(lines, lines, (left, right) => {
      const { rows } = diffTexts(left, right);
      const side = (pick: 'left' | 'right') => rows.map((row) => text(row[pick])).join('');
      expect(side('left')).toBe(left);
      expect(side('right')).toBe(right);
      const column = (pick: 'left' | 'right') =>
        unifiedLines(rows)
          .map((one) => text(one[pick]))
          .join('');
      expect(column('left')).toBe(left);
      expect(column('right')).toBe(right);
    }),
  );
});

it('line numbers count up on both sides', () => {
  fc.assert(
    fc.property(lines, lines, (left, right) => {
      const { rows } = diffTexts(left, right);
      for (const pick of ['left', 'right'] as const) {
        const numbers = rows.flatMap((row) => row[pick]?.line ?? []);
        expect(numbers).toEqual(numbers.map((_, at) => at + 1));
      }
    }),
  );
});
