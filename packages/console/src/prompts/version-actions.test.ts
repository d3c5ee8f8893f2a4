import { expect, it } from 'vitest';
import {
  afterTransition,
  isCandidate,
  promotionOf,
  rollbackOf,
  rollbackTo,
  type Version,
  type VersionStatus,
} from './version-actions.ts';

function version(number: number, status: VersionStatus, isPublished = status !== 'draft'): Version {
  return {
    id: `v${number}`,
    prompt_id: 'p',
    version: number,
    template: '',
    status,
    created_at: '',
    published_at: isPublished ? '2026-01-01T00:00:00Z' : null,
    tags: [],
    variables: [],
    kind: 'text',
    note: '',
    created_by: null,
    content_hash: `sha256:${'0'.repeat(64)}`,
  };
}

it('a draft becomes stable, a stable version live, and nothing follows', () => {
  expect(promotionOf(version(1, 'draft'), undefined)?.to).toBe('stable');
  expect(promotionOf(version(1, 'stable'), undefined)?.to).toBe('live');
  expect(promotionOf(version(1, 'live'), undefined)).toBeUndefined();
  expect(promotionOf(version(1, 'archived'), undefined)).toBeUndefined();
});

it('a promotion says what happens to the current live version', () => {
  expect(promotionOf(version(2, 'stable'), version(1, 'live'))?.consequence).toContain(
    'Version 1 becomes stable',
  );
  expect(promotionOf(version(2, 'stable'), undefined)?.consequence).toContain('fail now');
});

it('only the live version can be demoted, and archiving is permanent', () => {
  expect(afterTransition('demote', 'live')).toBe('stable');
  expect(afterTransition('demote', 'stable')).toBeUndefined();
  expect(afterTransition('archive', 'archived')).toBeUndefined();
});

it('a rollback prefers the newest earlier stable version', () => {
  const versions = [version(4, 'live'), version(3, 'archived'), version(2, 'stable'), version(1, 'stable')];
  expect(rollbackOf(versions)).toMatchObject({ kind: 'promote', version: { version: 2 } });
});

it('a rollback to an archived version makes a copy, since archiving is permanent', () => {
  expect(rollbackOf([version(2, 'live'), version(1, 'archived')])).toMatchObject({ kind: 'copy' });
});

it('there is no rollback to a version that was never published', () => {
  expect(rollbackOf([version(2, 'live'), version(1, 'archived', false)])).toBeUndefined();
  expect(rollbackOf([version(2, 'stable'), version(1, 'stable')])).toBeUndefined();
  expect(rollbackTo(version(1, 'draft'))).toBeUndefined();
});

it('the newest draft and the stable versions are candidates for their next step, if they are newer than the live one', () => {
  const versions = [
    version(9, 'draft'),
    version(8, 'draft'),
    version(7, 'stable'),
    version(6, 'stable'),
    version(5, 'live'),
    version(4, 'stable'),
  ];
  expect(versions.filter((one) => isCandidate(one, versions)).map(({ version: number }) => number)).toEqual([
    9, 7, 6,
  ]);
  // What was live before is rolled back to, and an old draft is not picked up by a wrong click.
  const rest = [version(5, 'live'), version(4, 'stable'), version(3, 'draft')];
  expect(rest.some((one) => isCandidate(one, rest))).toBe(false);
});
