/** A conversation from its first draft to the answer that an application hands to a model. */
import { said, type World } from '@px0/testing/world';
import { describe, expect, it } from 'vitest';

const CHAT = [
  { role: 'system', template: 'Be kind.' },
  { placeholder: 'history' },
  { role: 'user', template: '{{.question}}' },
];

export function chatStories(started: () => World): void {
  describe('a chat prompt', () => {
    it('goes live and is rendered as messages, its placeholder’s copied as they came', async () => {
      const world = started();
      const owner = await world.owner();
      const prompt = await world.prompt(owner, owner.team);
      const versions = `/v1/prompts/${prompt.id}/versions`;
      const created = await world.make(owner, 'POST', versions, {
        messages: CHAT,
        config: { model: 'm', temperature: 0.2 },
      });
      expect(created.at('version')).toMatchObject({ kind: 'chat', messages: CHAT });
      for (const _ of ['stable', 'live']) await world.promote(owner, prompt, 1);
      const history = [
        { role: 'assistant', content: null, tool_calls: [{ id: 'c1' }] },
        { role: 'user', content: '{{.x}}' },
      ];
      const answer = await world.ask(owner, 'POST', `/v1/prompts/${prompt.slug}/render`, {
        variables: { question: 'Why?', history },
      });
      expect(answer.text).toBe(
        JSON.stringify({
          rendered: 'system:\nBe kind.\n\nassistant:\n\n\nuser:\n{{.x}}\n\nuser:\nWhy?\n\n',
          messages: [{ role: 'system', content: 'Be kind.' }, ...history, { role: 'user', content: 'Why?' }],
          version: 1,
          slug: prompt.slug,
          tags: [],
          config: { model: 'm', temperature: 0.2 },
        }),
      );
      const answered = await world.ask(owner, 'POST', `${versions}/1/check`);
      expect(JSON.parse(answered.text).check).toMatchObject({ passed: true });
    });

    it('gives way to a text, and is back after another promotion', async () => {
      const world = started();
      const owner = await world.owner();
      const prompt = await world.prompt(owner, owner.team);
      const versions = `/v1/prompts/${prompt.id}/versions`;
      await world.make(owner, 'POST', versions, { messages: CHAT });
      await world.make(owner, 'POST', `${versions}/1/duplicate`);
      const render = async (version?: number) => {
        const path = version === undefined ? 'render' : `versions/${version}/render`;
        const answer = await world.ask(owner, 'POST', `/v1/prompts/${prompt.slug}/${path}`, {
          variables: { question: 'Why?' },
        });
        return JSON.parse(answer.text);
      };
      const messages = [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Why?' },
      ];
      expect(await render(2)).toMatchObject({ version: 2, messages });
      const refused = await world.ask(owner, 'PUT', `${versions}/2`, { template: 'x' });
      expect(said(refused)).toEqual([422, 'version holds messages; send messages']);
      const text = { template: '{{.question}} Because.', messages: [] };
      expect((await world.ask(owner, 'PUT', `${versions}/2`, text)).status).toBe(200);
      expect(await render(2)).toEqual({ rendered: 'Why? Because.', version: 2, slug: prompt.slug, tags: [] });
      for (const version of [1, 1]) await world.promote(owner, prompt, version);
      expect(await render()).toMatchObject({ version: 1, messages });
      for (const version of [2, 2]) await world.promote(owner, prompt, version);
      expect(await render()).toEqual({ rendered: 'Why? Because.', version: 2, slug: prompt.slug, tags: [] });
      await world.promote(owner, prompt, 1);
      expect(await render()).toMatchObject({ version: 1, messages });
    });
  });
}
