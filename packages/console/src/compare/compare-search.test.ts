import { expect, it } from 'vitest';
import { comparedVersions, compareSearch } from './compare-search.ts';

const versions = [
  { version: 4, status: 'draft' },
  { version: 3, status: 'live' },
  { version: 1, status: 'stable' },
];

it('without a choice the live version is compared with the newest', () => {
  expect(comparedVersions(versions, {})).toEqual({ from: 3, to: 4 });
});

it('when the newest is live it is compared with the one before', () => {
  expect(comparedVersions(versions.slice(1), {})).toEqual({ from: 1, to: 3 });
});

it('a version that does not exist is no choice', () => {
  expect(comparedVersions(versions, { from: 2, to: 9 })).toEqual({ from: 3, to: 4 });
  expect(comparedVersions([], {})).toBeUndefined();
});

it('an address that makes no sense is none', () => {
  expect(compareSearch({ from: 'x', to: 2.5, payload: '', view: 'sideways', part: 'body' })).toEqual({});
  expect(compareSearch({ from: 1, part: 'config' })).toEqual({ from: 1, part: 'config' });
  expect(compareSearch({ part: 'schema' })).toEqual({ part: 'schema' });
});
