import { expect, test } from 'vitest';
import { comparedVersions, compareSearch } from './compare-search.ts';

const versions = [
  { version: 4, status: 'draft' },
  { version: 3, status: 'live' },
  { version: 1, status: 'stable' },
];

test('without a choice the live version is compared with the newest', () => {
  expect(comparedVersions(versions, {})).toEqual({ from: 3, to: 4 });
});

test('when the newest is live it is compared with the one before', () => {
  expect(comparedVersions(versions.slice(1), {})).toEqual({ from: 1, to: 3 });
});

test('a version that does not exist is no choice', () => {
  expect(comparedVersions(versions, { from: 2, to: 9 })).toEqual({ from: 3, to: 4 });
  expect(comparedVersions([], {})).toBeUndefined();
});

test('an address that makes no sense is none', () => {
  expect(compareSearch({ from: 'x', to: 2.5, payload: '', view: 'sideways' })).toEqual({});
});
