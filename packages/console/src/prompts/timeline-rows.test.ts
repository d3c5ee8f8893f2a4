import { expect, it } from 'vitest';
import { countsOf, foldText, type TimelineRow, timelineRows, variableCount } from './timeline-rows.ts';
import type { Version, VersionStatus } from './version-actions.ts';

function version(number: number, status: VersionStatus, ...tags: readonly string[]): Version {
  return {
    id: String(number),
    prompt_id: 'p',
    version: number,
    status,
    tags: [...tags],
    kind: 'text',
    template: '',
    variables: [],
    note: '',
    created_by: null,
    content_hash: '',
    published_at: null,
    created_at: '2026-03-04T10:00:00Z',
  };
}

const versions = [
  version(9, 'draft'),
  version(8, 'draft'),
  version(7, 'archived'),
  version(6, 'draft'),
  version(5, 'live'),
  version(4, 'draft', 'canary'),
  version(3, 'draft'),
  version(2, 'stable'),
  version(1, 'archived'),
];

const shown = (rows: readonly TimelineRow[]) =>
  rows.map((row) =>
    row.kind === 'version' ? row.version.version : row.versions.map(({ version: number }) => number),
  );

it('folds runs of old drafts and archived versions, but no tagged ones and not the newest draft', () => {
  expect(shown(timelineRows(versions, undefined, new Set()))).toEqual([9, [8, 7, 6], 5, 4, 3, 2, 1]);
});

it('shows what the user has opened', () => {
  const rows = timelineRows(versions, undefined, new Set([8]));
  expect(shown(rows)).toEqual([9, [8, 7, 6], 8, 7, 6, 5, 4, 3, 2, 1]);
  expect(rows[1]).toMatchObject({ kind: 'fold', isOpen: true });
});

it('shows the versions of a status or with a tag, unfolded', () => {
  expect(shown(timelineRows(versions, 'draft', new Set()))).toEqual([9, 8, 6, 4, 3]);
  expect(shown(timelineRows(versions, 'tagged', new Set()))).toEqual([4]);
  expect(countsOf(versions)).toEqual({ live: 1, stable: 1, draft: 5, archived: 2, tagged: 1 });
});

it('says what a fold holds', () => {
  expect(foldText(versions.slice(1, 4))).toBe('2 older drafts and 1 archived version');
  expect(foldText([version(2, 'archived'), version(1, 'archived')])).toBe('2 archived versions');
});

it('counts the variables that applications send, not the fields inside them', () => {
  const variables = ['items', 'items[].title', 'items[].price', 'customer.name', 'customer.plan', 'tone'].map(
    (path) => ({ path, required: true, shape: 'scalar' as const }),
  );
  expect(variableCount({ variables })).toBe(3);
});
