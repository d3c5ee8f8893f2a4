import { describe, expect, it } from 'vitest';
import { auditSentence, type Names } from './organization-sentence.ts';

const names: Names = {
  person: (id) => (id === 'grace' ? 'grace@example.com' : 'someone'),
  team: (id) => (id === 'search' ? 'Search' : 'a team'),
};

function entry(action: string, more: object = {}) {
  return {
    id: '1',
    action,
    actor: { kind: 'user', user_id: 'ada', api_key_id: null, person_id: 'ada' },
    org_id: 'org',
    team_id: 'search',
    user_id: null,
    details: {},
    created_at: '2026-01-02T03:04:05Z',
    ...more,
  };
}

describe('a line of the audit log', () => {
  it('says what was done to whom, with names', () => {
    const changed = { user_id: 'grace', details: { from: 'editor', to: 'viewer' } };
    expect(auditSentence(entry('member.role_changed', changed), names)).toBe(
      'changed the role of grace@example.com in Search from editor to viewer',
    );
  });

  it('distinguishes being added by someone else from joining', () => {
    const added = { user_id: 'grace', details: { role: 'editor' } };
    expect(auditSentence(entry('member.joined', added), names)).toBe(
      'added grace@example.com to Search as editor',
    );
    expect(auditSentence(entry('member.joined', { user_id: 'ada', details: { role: 'admin' } }), names)).toBe(
      'joined Search as admin',
    );
  });

  it('tells a key that was found from one that was deleted, and whose policy it is', () => {
    expect(auditSentence(entry('api_key.deleted'), names)).toBe('deleted an API key');
    expect(auditSentence(entry('api_key.deleted', { details: { shown: 'secret' } }), names)).toBe(
      'revoked an API key that was found',
    );
    expect(auditSentence(entry('policy.updated'), names)).toBe('changed a policy of Search');
    expect(auditSentence(entry('policy.created', { team_id: null }), names)).toBe(
      'created a policy of the organization',
    );
  });

  it('shows an unknown action by its name', () => {
    expect(auditSentence(entry('badge.awarded'), names)).toBe('badge.awarded');
  });
});
