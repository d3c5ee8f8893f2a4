import { expect, it } from 'vitest';
import { auditSearch, isFiltered } from './audit-search.ts';

it('the filters of a URL are read, and what is none of them is dropped', () => {
  const id = '5f0c8c4e-0d5c-4f7e-9d61-3f1f0f4b3a10';
  const search = { action: 'version.*', actor: id, team: id, from: '2026-11-01', to: '2026-11-30' };
  expect(auditSearch({ ...search, other: 1 })).toEqual(search);
  expect(auditSearch({ action: 'version.promoted' })).toEqual({ action: 'version.promoted' });
  expect(
    auditSearch({ action: 'everything', actor: 7, team: 'x', from: 'yesterday', to: '2026-13-01' }),
  ).toEqual({});
});

it('without any there is no filter', () => {
  expect(isFiltered(auditSearch({}))).toBe(false);
  expect(isFiltered({ from: '2026-11-01' })).toBe(true);
});
