import { expect, it } from 'vitest';
import { nothingSelected, type Selection, toggled } from './selection.ts';

const shown = ['a', 'b', 'c', 'd'];
const press = (selection: Selection, id: string, isRange = false) =>
  toggled(selection, { id, isRange, shown });
const of = ({ ids }: Selection) => [...ids].toSorted();

it('selects and deselects one row', () => {
  const one = press(nothingSelected, 'b');
  expect(of(one)).toEqual(['b']);
  expect(of(press(one, 'b'))).toEqual([]);
});

it('selects the rows since the last one, in both directions, and deselects them', () => {
  const range = press(press(nothingSelected, 'b'), 'd', true);
  expect(of(range)).toEqual(['b', 'c', 'd']);
  expect(of(press(range, 'c', true))).toEqual(['b']);
  expect(of(press(press(nothingSelected, 'c'), 'a', true))).toEqual(['a', 'b', 'c']);
});

it('selects the row alone if there is no other end', () => {
  expect(of(press(nothingSelected, 'c', true))).toEqual(['c']);
  expect(of(toggled({ ids: new Set(), anchor: 'gone' }, { id: 'a', isRange: true, shown }))).toEqual(['a']);
});
