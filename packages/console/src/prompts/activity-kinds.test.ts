import { expect, it } from 'vitest';
import { kindsOf, linkOf } from './activity-kinds.ts';

const entry = (
  action: string,
  version: number | null,
  details: Readonly<Record<string, string | number>> = {},
) => ({ action, version, details });
const versions = new Set([5, 4, 2, 1]);

it('what changes the live version is found by that, too', () => {
  expect(kindsOf(entry('version.promoted', 2, { from: 'stable', to: 'live' }))).toEqual(['live', 'versions']);
  expect(kindsOf(entry('version.demoted', 2, { from: 'live', to: 'stable' }))).toEqual(['live', 'versions']);
  expect(kindsOf(entry('version.promoted', 2, { from: 'draft', to: 'stable' }))).toEqual(['versions']);
  expect(kindsOf(entry('change_request.applied', null))).toEqual(['reviews']);
  expect(kindsOf(entry('constructor.made', null))).toEqual([]);
});

it('leads to the difference that an entry made', () => {
  expect(linkOf(entry('version.promoted', 4, { to: 'live', replaced: 2 }), versions)).toEqual({
    kind: 'compare',
    from: 2,
    to: 4,
  });
  expect(linkOf(entry('version.updated', 4), versions)).toEqual({ kind: 'compare', from: 2, to: 4 });
  expect(linkOf(entry('version.duplicated', 5, { from: 1 }), versions)).toMatchObject({ from: 1, to: 5 });
  expect(linkOf(entry('tag.set', 5, { tag: 'beta', from: '2' }), versions)).toMatchObject({ from: 2, to: 5 });
});

it('leads to the version where there is nothing to compare it with', () => {
  const only = { kind: 'version', version: 1 };
  expect(linkOf(entry('version.created', 1), versions)).toEqual(only);
  expect(linkOf(entry('version.promoted', 1, { to: 'live' }), versions)).toEqual(only);
  expect(linkOf(entry('tag.set', 1, { tag: 'beta', from: '' }), versions)).toEqual(only);
});

it('leads nowhere from what is gone or of no version', () => {
  expect(linkOf(entry('version.deleted', 3), versions)).toBeUndefined();
  expect(linkOf(entry('prompt.created', null), versions)).toBeUndefined();
});
