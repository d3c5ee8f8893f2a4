import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DeliveredPrompt } from '../frames/frame.ts';
import { precedes } from '../selection.ts';
import { type HeldPrompt, PromptIndex } from './prompt-index.ts';

const prompt = fc.record<DeliveredPrompt>({
  id: fc.constantFrom('1', '2', '3', '4', '5'),
  slug: fc.constantFrom('a', 'b'),
  status: fc.constantFrom('active', 'archived'),
  created_at: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:00:00.1Z', '2026-01-01T00:00:00.12Z'),
  live: fc.constant(null),
  tags: fc.constant({}),
  versions: fc.constant([]),
  etag: fc.constant('0000000000000000'),
});
const edit = fc.record({ team: fc.constantFrom('x', 'y'), prompt, isPut: fc.boolean() });

it('a slug means the prompt that comes before all others of it, whatever was there before', () => {
  fc.assert(
    fc.property(fc.array(edit), (edits) => {
      const index = new PromptIndex();
      const held = new Map<string, HeldPrompt>();
      for (const { team, prompt, isPut } of edits) {
        const key = `${team} ${prompt.id}`;
        index.edit(team, held.get(key)?.prompt, isPut ? prompt : undefined);
        const { id, status, created_at } = prompt;
        if (!isPut) held.delete(key);
        else
          held.set(key, { id, archived: status === 'archived', createdAt: created_at, teamId: team, prompt });
      }
      for (const slug of ['a', 'b']) {
        for (const team of [undefined, 'x', 'y']) {
          const candidates = [...held.values()].filter(
            (one) => one.prompt.slug === slug && (team === undefined || one.teamId === team),
          );
          const best = index.find(slug, team);
          expect(best === undefined).toBe(candidates.length === 0);
          expect(candidates.filter((one) => best && precedes(one, best))).toEqual([]);
        }
      }
      expect([...index.all()].length).toBe(held.size);
    }),
  );
});
