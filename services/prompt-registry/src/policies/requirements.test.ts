import { describe, expect, it } from 'vitest';
import type { JudgingPolicy, PolicyRule } from './policy-row.ts';
import { directRefusal, guards, requirementsOf, type Subject } from './requirements.ts';

function policy(
  name: string,
  fields: { match?: object; require?: object; rollback?: string } = {},
): JudgingPolicy {
  const rule: PolicyRule = {
    match: { slugs: ['billing_*'], transitions: ['live'], ...fields.match },
    require: {
      approvals: 1,
      roles: ['admin'],
      not_author: true,
      not_contributor: false,
      max_age_hours: null,
      checks: [],
      ...fields.require,
    },
    rollback: fields.rollback === 'guarded' ? 'guarded' : 'exempt',
    break_glass: null,
  };
  return { id: name, name, teamId: null, rule };
}
const subject = (fields: Partial<Subject> = {}): Subject => ({
  transitions: ['live'],
  slug: 'billing_reply',
  folder: '',
  ...fields,
});

describe('a policy guards', () => {
  it.each<[string, object, Partial<Subject>, boolean]>([
    ['its transition of its slugs', {}, {}, true],
    ['no other transition', {}, { transitions: ['stable'] }, false],
    ['no other slug', {}, { slug: 'billing' }, false],
    ['what is in its folders', { folders: ['support/*'] }, { folder: 'support/mail' }, true],
    ['nothing beside them', { folders: ['support/*'] }, { folder: 'support' }, false],
    [
      'its tags',
      { transitions: ['tag'], tags: ['prod*'] },
      { transitions: ['tag'], tags: ['a', 'prod'] },
      true,
    ],
    ['no other tag', { transitions: ['tag'], tags: ['prod*'] }, { transitions: ['tag'], tags: ['a'] }, false],
    ['any tag without patterns', { transitions: ['tag'] }, { transitions: ['tag'], tags: ['a'] }, true],
    [
      'all that would shed it',
      { transitions: ['tag'], tags: ['prod'] },
      { transitions: ['move', 'live', 'tag'] },
      true,
    ],
    [
      'the way out of its folders',
      { folders: ['support/*'] },
      { transitions: [], folder: 'support/mail', newFolder: 'sales' },
      true,
    ],
    [
      'no way within them',
      { folders: ['support/*'] },
      { transitions: [], folder: 'support/mail', newFolder: 'support/chat' },
      false,
    ],
    [
      'no way out that sheds nothing',
      { folders: ['support/*'], transitions: ['payloads'] },
      { transitions: [], folder: 'support/mail', newFolder: 'sales' },
      false,
    ],
  ])('%s', (_what, match, fields, expected) => {
    expect(guards(policy('P', { match }), subject(fields))).toBe(expected);
  });
});

describe('what policies demand', () => {
  const pending = () => ({ state: 'pending' as const, detail: '' });
  const facts = (given: number, objections: readonly string[] = []) => ({
    isRollback: false,
    approvals: () => ({ given, objections }),
    check: pending,
  });

  it('is met by as many approvals as each of them asks for, and by no objection', () => {
    const policies = [policy('A'), policy('B', { require: { approvals: 3 } })];
    expect(requirementsOf(policies, facts(1))).toMatchObject([
      { policy_name: 'A', satisfied: true, unmet: [] },
      { policy_name: 'B', satisfied: false, unmet: ['2 more approvals'] },
    ]);
    expect(requirementsOf(policies, facts(3, ['changes requested']))).toMatchObject([
      { satisfied: false, unmet: ['changes requested'] },
      { satisfied: false },
    ]);
  });

  it('lets a rollback pass unless a policy guards it, too', () => {
    const policies = [
      policy('A', { require: { checks: [{ kind: 'contract' }] } }),
      policy('B', { rollback: 'guarded' }),
    ];
    const names = requirementsOf(policies, { ...facts(0), isRollback: true }).map((one) => one.policy_name);
    expect(names).toEqual(['B']);
  });

  it('refuses a direct change by name, or by what fails where nobody has to approve', () => {
    const checks = [{ kind: 'external' as const, name: 'evals' }, { kind: 'assertions' as const }];
    const check = ({ kind }: { kind: string }) =>
      kind === 'external' ? pending() : { state: 'failure' as const, detail: 'greeting' };
    const checked = policy('C', { require: { approvals: 0, checks } });
    const refusalOf = (...policies: JudgingPolicy[]) =>
      directRefusal(requirementsOf(policies, { ...facts(0), check }));
    expect(refusalOf(checked)).toEqual({
      code: 'checksFail',
      detail: 'evals is pending, assertions: greeting',
    });
    expect(refusalOf(policy('A'), checked, policy('B'))).toEqual({
      code: 'changeRequestRequired',
      detail: 'A, B',
    });
    expect(refusalOf()).toBeUndefined();
  });
});
