import { expect, it } from 'vitest';
import { SubjectTable } from './subject-table.ts';

it('a revision never falls, and an old message still counts as shown', () => {
  const table = new SubjectTable();
  table.note('a', 5, 10, true);
  table.note('a', 3, 12, false);
  expect(table.revision('a')).toBe(5);
  expect(table.shownAt('a')).toBe(12);
  expect([...table.dropNotShownAbove(12, () => true)]).toEqual([{ subject: 'a', alive: true }]);
});

it('it grows past its first capacity and reuses the places of forgotten subjects', () => {
  const table = new SubjectTable();
  for (let index = 0; index < 5_000; index += 1) table.note(`s${index}`, index + 1, index + 1, true);
  expect(table.revision('s4999')).toBe(5_000);
  expect([...table.dropNotShownAbove(2_500, () => true)]).toHaveLength(2_500);
  table.note('new', 1, 6_000, true);
  expect(table.revision('new')).toBe(1);
  expect(table.revision('s4999')).toBe(5_000);
  expect(table.size).toBe(2_501);
});

it('a new epoch forgets where subjects were shown, not their revisions', () => {
  const table = new SubjectTable();
  table.note('a', 7, 900, true);
  table.forgetSequences();
  expect(table.shownAt('a')).toBe(0);
  expect(table.revision('a')).toBe(7);
});
