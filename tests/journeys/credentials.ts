/** Sessions and keys that end, again and again: the very next request to any service is refused, and no other credential is. */

import { PASSWORD, type Prompt, said, type World } from '@px0/testing/world';
import { describe, expect, it } from 'vitest';

/** identity, tenancy, prompt-registry, render. */
async function doors(world: World, token: string, prompt: Prompt): Promise<readonly number[]> {
  const who = { token };
  const answers = await Promise.all([
    world.ask(who, 'GET', '/v1/auth/me'),
    world.ask(who, 'GET', '/v1/me/teams'),
    world.ask(who, 'GET', `/v1/prompts/${prompt.id}`),
    world.render(who, prompt),
  ]);
  return answers.map(({ status }) => status);
}

const open = [200, 200, 200, 200];
const shut = [401, 401, 401, 401];

export function credentialStories(started: () => World): void {
  describe('a credential that ends', () => {
    it('is refused everywhere at once, in twenty logouts and key deletions in a row', async () => {
      const world = started();
      const owner = await world.owner();
      const prompt = await world.prompt(owner, owner.team, 'hello');
      for (let round = 0; round < 10; round += 1) {
        const session = await world.login(owner.email);
        expect(await doors(world, session, prompt)).toEqual(open);
        await world.make({ token: session }, 'DELETE', '/v1/auth/session');
        expect(await doors(world, session, prompt)).toEqual(shut);
        const key = await world.key(owner, 'all');
        expect(await doors(world, key.token, prompt)).toEqual(open);
        await world.make(owner, 'DELETE', `/v1/api-keys/${key.id}`);
        expect(await doors(world, key.token, prompt)).toEqual(shut);
      }
      expect(await doors(world, owner.token, prompt)).toEqual(open);
    });

    it('by a changed password is every other session, and the old password opens none', async () => {
      const world = started();
      const owner = await world.owner();
      const prompt = await world.prompt(owner, owner.team, 'hello');
      const others = [await world.login(owner.email), await world.login(owner.email)];
      const key = await world.key(owner, 'all');
      const body = { current_password: PASSWORD, new_password: 'Battery-staple-2' };
      await world.make(owner, 'POST', '/v1/auth/me/change-password', body);
      for (const session of others) expect(await doors(world, session, prompt)).toEqual(shut);
      expect(await doors(world, owner.token, prompt)).toEqual(open);
      expect(await doors(world, key.token, prompt)).toEqual(open);
      const login = { email: owner.email, password: PASSWORD };
      expect(said(await world.ask(undefined, 'POST', '/v1/auth/login', login))).toEqual([
        401,
        'invalid credentials',
      ]);
      expect(await doors(world, await world.login(owner.email, 'Battery-staple-2'), prompt)).toEqual(open);
    });
  });

  it('a changed e-mail address is what members, people and inbox show at the next request', async () => {
    const world = started();
    const owner = await world.owner();
    const asking = await world.owner();
    await world.make(asking, 'POST', `/v1/teams/${owner.team}/join-requests`);
    for (let round = 0; round < 5; round += 1) {
      const [mine, theirs] = [`round-${round}-${owner.email}`, `round-${round}-${asking.email}`];
      await world.make(owner, 'PUT', '/v1/auth/me', { email: mine });
      await world.make(asking, 'PUT', '/v1/auth/me', { email: theirs });
      const [members, people, inbox] = await Promise.all([
        world.get(owner, `/v1/teams/${owner.team}/members`),
        world.get(owner, `/v1/orgs/${owner.organization}/people`),
        world.get(owner, '/v1/me/inbox'),
      ]);
      expect(members.each('members', 'email')).toEqual([mine]);
      expect(people.each('people', 'email')).toEqual([mine]);
      expect(inbox.at('inbox', 0, 'payload', 'user_email')).toBe(theirs);
    }
  });
}
