import { expect, it } from 'vitest';
import { PromptEntry } from '../prompts/mod.ts';
import { VersionBodies } from './version-bodies.ts';

function promptWith(bodyRevision: number): PromptEntry {
  const state = {
    team_id: 't',
    slug: 's',
    name: 's',
    status: 'active' as const,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    live: null,
    tags: {},
    versions: [[1, 'draft', bodyRevision]] as const,
  };
  return new PromptEntry('p', state, undefined);
}

it('after the database went back, a later body may be a lost one, and the very revision is not', async () => {
  let since = '';
  let stored = { revision: 5, template: 'lost' };
  let isOfBefore = false;
  const bodies = new VersionBodies({
    source: {
      fetch: async () => ({
        revision: stored.revision,
        program: { template: stored.template },
        compares: !isOfBefore,
      }),
    },
    maxBytes: 1_000_000,
    maxFetches: 4,
    promptById: () => undefined,
    comparesSince: () => since,
  });
  const texts = async (prompt: PromptEntry) => {
    const [row] = prompt.versions;
    if (row === undefined) throw new Error('no version');
    return (bodies.peek(prompt, row) ?? (await bodies.load(prompt, row)))?.template;
  };
  // A body may come before the table that names it.
  expect(await texts(promptWith(3))).toBe('lost');
  since = '7';
  isOfBefore = true;
  expect(await texts(promptWith(3))).toBeUndefined();
  expect(await texts(promptWith(5))).toBe('lost');
  stored = { revision: 3, template: 'kept' };
  isOfBefore = false;
  expect(await texts(promptWith(3))).toBe('kept');
});
