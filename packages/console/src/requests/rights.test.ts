import { expect, it } from 'vitest';
import type { Policy } from '../review/mod.ts';
import { approvalDoubt, unreadiness } from './rights.ts';

function policy(name: string, require: Partial<Policy['require']> = {}): Policy {
  return {
    id: name,
    name,
    enabled: true,
    scope: { kind: 'team', team_id: 't' },
    match: { slugs: ['*'], transitions: ['live'] },
    require: {
      approvals: 1,
      roles: ['admin', 'editor'],
      not_author: true,
      not_contributor: false,
      max_age_hours: null,
      checks: [],
      ...require,
    },
    rollback: 'exempt',
    break_glass: { roles: ['admin'] },
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    updated_by: 'u',
  };
}

it('an approval is doubted beforehand only where no policy would take it', () => {
  const viewer = { id: 'v', role: 'viewer' as const, isAuthor: false };
  const editor = { id: 'e', role: 'editor' as const, isAuthor: false };
  expect(approvalDoubt([policy('Production')], editor)).toBeUndefined();
  expect(approvalDoubt([policy('Production')], { ...editor, isAuthor: true })).toBe(
    'it is your own proposal',
  );
  expect(approvalDoubt([policy('Production')], viewer)).toBe('“Production” asks for a team admin or editor');
  expect(approvalDoubt([policy('Production', { user_ids: ['v'] })], viewer)).toBeUndefined();
  expect(
    approvalDoubt([policy('Production'), policy('Open', { roles: ['viewer'] })], viewer),
  ).toBeUndefined();
  expect(approvalDoubt([policy('Checks', { approvals: 0 })], viewer)).toBeUndefined();
});

it('a request that is not ready says what it lacks', () => {
  const lacking = {
    policy_id: 'p',
    policy_name: 'Production',
    approvals_needed: 1,
    approvals_given: 0,
    checks: [],
    satisfied: false,
    unmet: ['1 more approval', 'check evals is pending'],
  };
  expect(unreadiness({ ready: false, requirements: [lacking] })).toBe(
    'Not ready. Production: 1 more approval, check evals is pending',
  );
  expect(unreadiness({ ready: false, requirements: [{ ...lacking, satisfied: true }] })).toBe(
    'A reviewer asks for changes',
  );
  expect(unreadiness({ ready: true, requirements: [] })).toBeUndefined();
});
