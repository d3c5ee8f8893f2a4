import { describe, expect, it } from 'vitest';
import { auditSentence, type Names } from './audit-sentence.ts';

const names: Names = {
  person: (id) => (id === 'grace' ? 'grace@example.com' : 'someone'),
  team: (id) => (id === 'search' ? 'Search' : 'a team'),
};

function entry(action: string, more: object = {}) {
  return {
    id: '1',
    action,
    actor: { kind: 'user' as const, user_id: 'ada', api_key_id: null },
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

  it('shows an unknown action by its name', () => {
    expect(auditSentence(entry('badge.awarded'), names)).toBe('badge.awarded');
  });
});
