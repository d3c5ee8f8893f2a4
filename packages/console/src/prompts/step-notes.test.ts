import { expect, it } from 'vitest';
import { stepNotes } from './step-notes.ts';

function entry(id: string, action: string, version: number | null, text?: string) {
  return {
    id,
    action,
    actor: { kind: 'user' as const, user_id: 'u', api_key_id: null },
    prompt_id: 'p',
    team_id: 't',
    version,
    details: {},
    created_at: '2026-01-01T00:00:00Z',
    ...(text !== undefined && { text }),
  };
}

it('a version shows the note of its newest step that has one', () => {
  const notes = stepNotes([
    entry('5', 'version.archived', 1),
    entry('4', 'version.promoted', 1, 'second'),
    entry('3', 'version.promoted', 1, 'first'),
    entry('2', 'version.promoted', 2),
    entry('1', 'prompt.updated', null, 'about the prompt'),
  ]);
  expect([...notes].map(([version, { text }]) => [version, text])).toEqual([[1, 'second']]);
});
