import { expect, it } from 'vitest';
import { auditSentence, changeSentence, groupedAudit } from './audit-sentence.ts';

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

it('a move between folders says where the prompt is now', () => {
  const moved = { folder_from: 'support', folder_to: 'support/mail' };
  expect(auditSentence(entry('prompt.patched', moved, null))).toBe(
    'moved the prompt into the folder “support/mail”',
  );
  expect(auditSentence(entry('prompt.patched', { ...moved, folder_to: '' }, null))).toBe(
    'moved the prompt out of its folder',
  );
});

it('the last change reads as a sentence without details', () => {
  expect(changeSentence({ action: 'version.promoted', version: 3 }, 3)).toBe('made version 3 live');
  expect(changeSentence({ action: 'version.promoted', version: 3 }, 2)).toBe('marked version 3 stable');
  expect(changeSentence({ action: 'version.updated', version: 3 }, 2)).toBe('edited version 3');
  expect(changeSentence({ action: 'tag.set', version: 3 }, 3)).toBe('tagged version 3');
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

it('a change of the contract says what it is now, beside a move or alone', () => {
  const set = { contract_from: 'off', contract_to: 'enforce' };
  expect(auditSentence(entry('prompt.patched', set, null))).toBe('set the input contract to “enforce”');
  expect(auditSentence(entry('prompt.patched', { ...set, folder_from: 'a', folder_to: '' }, null))).toBe(
    'moved the prompt out of its folder and set the input contract to “enforce”',
  );
  const allowed = { from: 'stable', to: 'live', replaced: 2, allowed: 'contract_break' };
  expect(auditSentence(entry('version.promoted', allowed))).toBe(
    'made version 3 live, replacing version 2, and allowed it to break the contract',
  );
});
