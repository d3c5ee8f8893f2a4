import { expect, it } from 'vitest';
import { auditSentence, groupedAudit } from './audit-sentence.ts';

function entry(
  action: string,
  details: Record<string, string | number | null> = {},
  version: number | null = 3,
) {
  return {
    id: '1',
    action,
    actor: { kind: 'user' as const, user_id: 'u', api_key_id: null },
    prompt_id: 'p',
    team_id: 't',
    version,
    details,
    created_at: '2026-01-01T00:00:00Z',
  };
}

it('an entry reads as a sentence', () => {
  expect(auditSentence(entry('version.promoted', { from: 'stable', to: 'live', replaced: 2 }))).toBe(
    'made version 3 live, replacing version 2',
  );
  expect(auditSentence(entry('version.promoted', { from: 'draft', to: 'stable' }))).toBe(
    'marked version 3 stable',
  );
  expect(auditSentence(entry('tag.set', { tag: 'beta', from: null, to: 3 }))).toBe(
    'added the tag “beta” to version 3',
  );
  expect(auditSentence(entry('tag.set', { tag: 'beta', from: 2, to: 3 }))).toBe(
    'moved the tag “beta” from version 2 to version 3',
  );
  expect(auditSentence(entry('payload.created', { name: null }, null))).toBe('saved an unnamed payload');
});

it('an unknown action shows its name', () => {
  expect(auditSentence(entry('version.framed'))).toBe('version.framed');
});

it('autosaves of one draft in a row are one line', () => {
  const update = entry('version.updated');
  expect(groupedAudit([update, update, entry('version.created'), update]).map(({ count }) => count)).toEqual([
    2, 1, 1,
  ]);
});
