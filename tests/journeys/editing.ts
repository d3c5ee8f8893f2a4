/** Writing prompts, alone and with others: what was answered is what the very next render shows. */

import { Shape, type World } from '@px0/testing/world';
import { describe, expect, it } from 'vitest';

/** 1,000 in the long form (`npm run test:long`). */
const promotions = process.env['PX0_LONG_TESTS'] === '1' ? 1_000 : 100;

async function rendered(
  world: World,
  who: { token: string },
  prompt: { slug: string; id: string },
): Promise<unknown> {
  const { status, text } = await world.render(who, prompt);
  return status === 200 ? new Shape(JSON.parse(text)).at('rendered') : text;
}

export function editingStories(started: () => World): void {
  describe('a promotion', () => {
    it(`is what the very next render shows, ${promotions} times out of ${promotions}`, async () => {
      const world = started();
      const owner = await world.owner();
      const key = await world.key(owner, 'read_render');
      const prompt = await world.prompt(owner, owner.team);
      for (let round = 1; round <= promotions; round += 1) {
        const version = await world.draft(owner, prompt, `text ${round}`);
        await world.promote(owner, prompt, version);
        await world.promote(owner, prompt, version);
        expect(await rendered(world, key, prompt)).toBe(`text ${round}`);
      }
    }, 300_000);

    it('taken back leaves nothing to render, and a version put back in its place is live again', async () => {
      const world = started();
      const owner = await world.owner();
      const prompt = await world.prompt(owner, owner.team);
      const none = '{"error":"no live version found for this prompt"}';
      const version = await world.live(owner, prompt, 'first');
      const path = `/v1/prompts/${prompt.id}/versions/${version}`;
      for (let round = 0; round < 5; round += 1) {
        await world.make(owner, 'POST', `${path}/demote`);
        expect(await rendered(world, owner, prompt)).toBe(none);
        await world.promote(owner, prompt, version);
        expect(await rendered(world, owner, prompt)).toBe('first');
      }
      await world.make(owner, 'POST', `${path}/archive`);
      expect(await rendered(world, owner, prompt)).toBe(none);
    });
  });

  describe('a version that is not live', () => {
    it('renders as its latest edit says, by number and by tag, and not at all once it is deleted', async () => {
      const world = started();
      const owner = await world.owner();
      const prompt = await world.prompt(owner, owner.team);
      const version = await world.draft(owner, prompt, 'draft');
      const path = `/v1/prompts/${prompt.id}/versions/${version}`;
      await world.make(owner, 'POST', `${path}/tags`, { tag: 'next' });
      const shown = async () => {
        const answers = await Promise.all(
          [version, 'next'].map((ref) =>
            world.ask(owner, 'POST', `/v1/prompts/${prompt.slug}/versions/${ref}/render`, {}),
          ),
        );
        return answers.map(({ status, text }) => [status, new Shape(JSON.parse(text)).value]);
      };
      for (let round = 1; round <= 10; round += 1) {
        await world.make(owner, 'PUT', path, { template: `edit ${round}` });
        const answer = { rendered: `edit ${round}`, version, slug: prompt.slug, tags: ['next'] };
        expect(await shown()).toEqual([
          [200, answer],
          [200, answer],
        ]);
      }
      await world.make(owner, 'DELETE', path);
      const gone = [404, { error: 'version not found' }];
      expect(await shown()).toEqual([gone, gone]);
    });
  });

  describe('two people who edit one prompt', () => {
    it('get numbers of their own, one live version, and never a 5xx', async () => {
      const world = started();
      const owner = await world.owner();
      const friend = await world.registeredBy(owner, owner.team);
      const prompt = await world.prompt(owner, owner.team);
      const both = Array.from({ length: 20 }, (_, turn) => (turn % 2 === 0 ? owner : friend));
      const numbers = await Promise.all(both.map((who, turn) => world.draft(who, prompt, `by ${turn}`)));
      expect(numbers.toSorted((a, b) => a - b)).toEqual(both.map((_, index) => index + 1));
      await Promise.all(numbers.map((version) => world.promote(owner, prompt, version)));
      await Promise.all(numbers.map((version, turn) => world.promote(both[turn] ?? owner, prompt, version)));
      const live = await world.get(friend, `/v1/prompts/${prompt.id}/versions?status=live`);
      expect(live.each('versions', 'status')).toEqual(['live']);
      expect(await rendered(world, friend, prompt)).toBe(live.at('versions', 0, 'template'));
    });

    it('never overwrite each other silently: the second of two edits of the same text is refused', async () => {
      const world = started();
      const owner = await world.owner();
      const friend = await world.registeredBy(owner, owner.team);
      const prompt = await world.prompt(owner, owner.team);
      const version = await world.draft(owner, prompt, 'first');
      const path = `/v1/prompts/${prompt.id}/versions/${version}`;
      const etag = (await world.ask(friend, 'GET', path)).headers.get('etag') ?? 'none';
      const edit = (who: { token: string }, template: string) =>
        world.gateway.request('PUT', path, {
          token: who.token,
          body: { template },
          headers: { 'if-match': etag },
        });
      const statuses = await Promise.all([edit(owner, 'mine'), edit(friend, 'theirs')]);
      expect(statuses.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    });
  });

  describe('a prompt that moves', () => {
    it('is reached by the members of the new team at the next request, and by those of the old one no more', async () => {
      const world = started();
      const owner = await world.owner();
      const teams = [await world.team(owner), await world.team(owner)] as const;
      const [here, there] = [
        await world.registeredBy(owner, teams[0]),
        await world.registeredBy(owner, teams[1]),
      ];
      const prompt = await world.prompt(owner, teams[0], 'hello');
      for (let round = 0; round < 6; round += 1) {
        const [inside, outside, target] = round % 2 === 0 ? [here, there, teams[1]] : [there, here, teams[0]];
        expect(await world.reach(inside, prompt)).toEqual([200, 200, 200]);
        expect(await world.reach(outside, prompt)).toEqual([404, 404, 404]);
        await world.make(owner, 'POST', `/v1/prompts/${prompt.id}/move`, { team_id: target });
      }
    });
  });
}
