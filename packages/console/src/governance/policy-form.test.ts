import { describe, expect, it } from 'vitest';
import type { Policy } from '../review/mod.ts';
import { formOf, newPolicy, policyFault, requestOf } from './policy-form.ts';
import { policySentence } from './policy-words.ts';

const ids: { readonly [address: string]: string } = { 'ada@example.com': 'ada' };
const find = (written: string) => ids[written];
const nameOf = (id: string) => Object.keys(ids).find((address) => ids[address] === id) ?? id;

const production: Policy = {
  id: 'p',
  name: 'Production',
  enabled: true,
  scope: { kind: 'team', team_id: 't' },
  match: {
    slugs: ['billing_*', 'faq'],
    folders: ['support/*'],
    transitions: ['live', 'tag'],
    tags: ['prod'],
  },
  require: {
    approvals: 2,
    roles: ['admin'],
    user_ids: ['ada'],
    not_author: true,
    not_contributor: true,
    max_age_hours: 48,
    checks: [{ kind: 'assertions' }, { kind: 'external', name: 'evals', api_key_ids: ['k'] }],
  },
  rollback: 'exempt',
  break_glass: { roles: ['admin'], user_ids: ['grace'] },
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
  updated_by: 'u',
};

describe('a policy', () => {
  it('goes through the form unchanged, with what the form does not show', () => {
    const { name, enabled, match, require, rollback, break_glass } = production;
    expect(requestOf(formOf(production, nameOf), find, production)).toEqual({
      name,
      enabled,
      match,
      require,
      rollback,
      break_glass,
    });
  });

  it('says what is missing', () => {
    expect(policyFault(newPolicy, find)).toBe('Enter a name');
    const named = { ...newPolicy, name: 'Production' };
    expect(policyFault(named, find)).toBeUndefined();
    expect(policyFault({ ...named, transitions: new Set(['tag'] as const) }, find)).toBe('Enter a tag');
    expect(policyFault({ ...named, people: 'bob@example.com' }, find)).toBe(
      'bob@example.com is not in the organization',
    );
    expect(policyFault({ ...named, roles: new Set() }, find)).toBe('Choose whose approval counts');
    expect(policyFault({ ...named, external: 'My Evals' }, find)).toContain('cannot be the name of a check');
  });

  it('reads as a sentence', () => {
    expect(policySentence(production, nameOf)).toBe(
      'Prompts billing_* or faq in support/*: making a version live and setting or removing the tag prod need 2 approvals by an admin or ada@example.com who has not proposed it or worked on the version, no older than 48 hours, and the assertions of the payloads and the check “evals” to pass. Going back to a recent live version does not. Admins and grace may override it with a reason.',
    );
    const { match, require } = production;
    expect(
      policySentence(
        {
          ...production,
          match: { ...match, slugs: ['*'], transitions: ['archive'] },
          require: { ...require, approvals: 0, checks: [{ kind: 'contract' }] },
          break_glass: null,
        },
        nameOf,
      ),
    ).toBe('Any prompt in support/*: archiving needs the input contract to pass. Nobody may override it.');
  });
});
