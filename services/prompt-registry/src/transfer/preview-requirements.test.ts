import { ApiError } from '@px0/service-kit';
import { expect, it } from 'vitest';
import type { Change } from './plan.ts';
import { type GuardedChange, previewRequirements } from './preview-requirements.ts';

const TEAM = '00000000-0000-4000-8000-000000000000' as Parameters<typeof previewRequirements>[1]['teamId'];
const requirement = (satisfied = false) => ({
  ...{ policy_id: TEAM, policy_name: 'Production', approvals_needed: 1, approvals_given: 0 },
  ...{ checks: [], satisfied, unmet: satisfied ? [] : ['1 more approval'] },
});
/** Every change is guarded. */
const guardsAll = async ({ changes }: { readonly changes: readonly Change[] }): Promise<GuardedChange[]> =>
  changes.map((change) => ({ change, requirements: [requirement(), requirement(true)] }));
const planOf = (...changes: Change[]) => ({ teamId: TEAM, changes, bySlug: new Map() });

it('what policies ask is told by prompt and by what they guard, what they are given is not', async () => {
  const [created, existing] = [{ created: 1 }, { existing: 7 }];
  const present = {
    slug: 'a',
    versions: [
      { number: 7, status: 'stable', digest: '' },
      { number: 8, status: 'live', digest: '' },
    ],
  };
  const plan = {
    ...planOf(
      { action: 'promote_version', slug: 'a', version: created, to: 'stable' },
      { action: 'set_tag', slug: 'a', tag: 'prod', version: created },
      { action: 'promote_version', slug: 'a', version: { ...created }, to: 'live' },
      { action: 'promote_version', slug: 'a', version: existing, to: 'live' },
      { action: 'archive_version', slug: 'a', version: { existing: 8 } },
      { action: 'archive_version', slug: 'a', version: existing },
      { action: 'create_payload', slug: 'b', name: null, variables: {} },
      { action: 'promote_version', slug: 'b', version: created, to: 'stable' },
    ),
    bySlug: new Map([['a', Object(present)]]),
  };
  const { requirements, invalid } = await previewRequirements(guardsAll, plan);
  expect(requirements.map(({ slug, transition, tag }) => [slug, transition, tag])).toEqual([
    ['a', 'stable', null],
    ['a', 'tag', 'prod'],
    ['a', 'live', null],
    ['a', 'live', null],
    ['a', 'demote', null],
    ['a', 'archive', null],
    ['b', 'payloads', null],
    ['b', 'stable', null],
  ]);
  expect(requirements[0]).toMatchObject({ policy_name: 'Production', unmet: ['1 more approval'] });
  expect(invalid).toEqual([]);
});

it('a refusal of one prompt hides nothing of the others', async () => {
  const judge: typeof guardsAll = (plan) => {
    if (plan.changes.some(({ slug }) => slug === 'b')) throw new ApiError('protectedTagOnDraft');
    return guardsAll(plan);
  };
  const promotion = (slug: string): Change => ({
    ...{ action: 'promote_version', slug, version: { created: 1 } },
    to: 'stable',
  });
  const plan = planOf(promotion('a'), promotion('b'), promotion('c'));
  const { requirements, invalid } = await previewRequirements(judge, plan);
  expect(requirements.map(({ slug }) => slug)).toEqual(['a', 'c']);
  expect(invalid).toEqual([{ slug: 'b', error: 'a protected tag needs a version that is not a draft' }]);
  const other = () => Promise.reject(new ApiError('serviceUnavailable'));
  await expect(previewRequirements(other, plan)).rejects.toThrow(ApiError);
});
