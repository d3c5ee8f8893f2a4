import { describe, expect, it } from 'vitest';
import { type JudgedPlan, requireNoRefusal, withRequests } from './document-policies.ts';
import type { Change } from './plan.ts';

const approval = (policy_name: string) => ({
  policy_id: policy_name,
  policy_name,
  approvals_needed: 1,
  approvals_given: 0,
  checks: [],
  satisfied: false,
  unmet: ['1 more approval'],
});
const check = {
  ...approval('Checked'),
  approvals_needed: 0,
  checks: [{ kind: 'external', name: 'evals', state: 'pending' as const, detail: '' }],
  unmet: ['check evals is pending'],
};

const version = { created: 3 };
const create: Change = { action: 'create_version', slug: 'a', number: 3, digest: 'd', note: '' };
const stable: Change = { action: 'promote_version', slug: 'a', version, to: 'stable' };
const live: Change = { action: 'promote_version', slug: 'a', version, to: 'live' };
const tag: Change = { action: 'set_tag', slug: 'a', tag: 'prod', version };
const contract: Change = { action: 'set_contract', slug: 'b', contract: 'warn' };
const payload: Change = { action: 'update_payload', slug: 'b', id: 'p', variables: { a: 1 } };

function planOf(ordered: readonly Change[], refused: readonly (readonly [Change, object])[]): JudgedPlan {
  return {
    ordered,
    refused: refused.map(([change, requirement]) => ({
      change,
      requirements: [requirement as ReturnType<typeof approval>],
    })),
    order: (requirements) => requirements.toSorted((a, b) => (a.policy_name < b.policy_name ? -1 : 1)),
  };
}

const shown = (plan: JudgedPlan) =>
  withRequests(plan).map((change) =>
    change.action === 'open_change_request' ? change.proposal(7) : change.action,
  );
const thrownBy = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
};

describe('the plan of an import under policies', () => {
  it('is refused as a whole, with the prompts that are meant', () => {
    const plan = planOf(
      [live, contract],
      [
        [live, approval('B')],
        [contract, approval('A')],
        [contract, check],
      ],
    );
    expect(thrownBy(() => requireNoRefusal(plan))).toBe('change request required: A, B (a, b)');
    expect(thrownBy(() => requireNoRefusal(planOf([live], [[live, check]])))).toBe(
      'checks fail: evals is pending (a)',
    );
    expect(thrownBy(() => requireNoRefusal(planOf([live], [])))).toBeUndefined();
  });

  it('proposes what needs approval, and makes the rest', () => {
    const all = [create, stable, tag, live];
    expect(shown(planOf(all, [[live, approval('A')]]))).toEqual([
      'create_version',
      'promote_version',
      'set_tag',
      { kind: 'promote', version: 7, to: 'live' },
    ]);
    expect(shown(planOf(all, [[tag, approval('A')]]))).toEqual([
      'create_version',
      'promote_version',
      { kind: 'set_tag', tag: 'prod', version: 7 },
      'promote_version',
    ]);
    // One request for both steps.
    expect(shown(planOf([create, stable, live], [[stable, approval('A')]]))).toEqual([
      'create_version',
      { kind: 'promote', version: 7, to: 'live' },
    ]);
    expect(shown(planOf([payload], [[payload, approval('A')]]))).toEqual([
      { kind: 'payload', payload_id: 'p', set: { variables: { a: 1 } } },
    ]);
  });

  it('is refused for what cannot be proposed, before anything is made', () => {
    expect(thrownBy(() => shown(planOf([contract], [[contract, approval('A')]])))).toBe(
      'change request required: A (b)',
    );
    expect(thrownBy(() => shown(planOf([live], [[live, check]])))).toBe('checks fail: evals is pending (a)');
    // The tag would be proposed for a draft.
    const onDraft = planOf(
      [stable, tag],
      [
        [stable, approval('A')],
        [tag, approval('A')],
      ],
    );
    expect(thrownBy(() => shown(onDraft))).toBe('change request required: A (a)');
  });
});
