import { describe, expect, it } from 'vitest';
import { auditSentence, type Names } from './organization-sentence.ts';

const names: Names = {
  person: (id) => (id === 'grace' ? 'grace@example.com' : 'someone'),
  team: (id) => (id === 'search' ? 'Search' : 'a team'),
  key: (id) => (id === 'checkout' ? 'the API key “checkout”' : 'a deleted API key'),
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

  it('says who was invited to what, and who came by an invitation', () => {
    expect(auditSentence(entry('invitation.created', { details: { role: 'viewer' } }), names)).toBe(
      'invited someone to Search as viewer',
    );
    expect(auditSentence(entry('invitation.revoked'), names)).toBe('revoked an invitation to Search');
    const joined = { user_id: 'ada', details: { role: 'viewer', invitation_id: '1' } };
    expect(auditSentence(entry('member.joined', joined), names)).toBe(
      'joined Search as viewer by an invitation',
    );
  });

  it('tells which key was found or deleted, and whose policy it is', () => {
    const key = (action: string, details: object) =>
      auditSentence(entry(action, { details: { api_key_id: 'checkout', ...details } }), names);
    expect(key('api_key.created', {})).toBe('created the API key “checkout”');
    expect(key('api_key.rotated', { successor: 'other' })).toBe('rotated the API key “checkout”');
    expect(key('api_key.deleted', {})).toBe('deleted the API key “checkout”');
    expect(key('api_key.deleted', { shown: 'secret' })).toBe(
      'revoked the API key “checkout”, which was found',
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
