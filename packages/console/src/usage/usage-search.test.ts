import { expect, it } from 'vitest';
import { usageSearch } from './usage-search.ts';

it('keeps a team and a range that is not the default, and drops anything else', () => {
  expect(usageSearch({ team: 'a', days: 7, other: 1 })).toEqual({ team: 'a', days: '7' });
  expect(usageSearch({ team: '', days: '90' })).toEqual({ days: '90' });
  expect(usageSearch({ team: 5, days: 30 })).toEqual({});
  expect(usageSearch({ days: '365' })).toEqual({});
});
