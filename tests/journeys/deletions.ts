/** What is deleted is gone for every service at once, also for one that was down at that moment. */
import { eventually } from '@px0/testing';
import { type Key, type Owner, type Prompt, said, type World } from '@px0/testing/world';
import { describe, expect, it } from 'vitest';

interface Estate {
  readonly owner: Owner;
  readonly organization: string;
  /** The Default Team and another. */
  readonly teams: readonly string[];
  readonly prompts: readonly Prompt[];
  readonly key: Key;
}

/** A second organization of an owner, with a key, and in each of two teams a live prompt. */
async function estate(world: World): Promise<Estate> {
  const owner = await world.owner();
  const { organization, team } = await world.organization(owner);
  const teams = [team, await world.team(owner, organization)];
  const prompts = await Promise.all(teams.map((id) => world.prompt(owner, id, 'hello')));
  const key = await world.key(owner, 'all', { organization });
  return { owner, organization, teams, prompts, key };
}

async function expectGone(world: World, { owner, organization, teams, prompts, key }: Estate): Promise<void> {
  const [prompt, other] = prompts;
  const [team] = teams;
  if (prompt === undefined || other === undefined) throw new Error('an estate has two prompts');
  expect(await world.reach(owner, prompt)).toEqual([404, 404, 404]);
  expect(await world.reach(owner, other)).toEqual([404, 404, 404]);
  expect(await world.reach(key, prompt)).toEqual([401, 401, 401]);
  expect((await world.ask(key, 'GET', '/v1/me/teams')).status).toBe(401);
  expect((await world.ask(owner, 'GET', `/v1/teams/${team}/prompts`)).status).toBe(403);
  expect((await world.ask(owner, 'GET', `/v1/teams/${team}/members`)).status).toBe(403);
  const noOrganization = [404, 'organization not found'];
  expect(said(await world.ask(owner, 'GET', `/v1/api-keys?org_id=${organization}`))).toEqual(noOrganization);
  expect(said(await world.ask(owner, 'GET', `/v1/orgs/${organization}/people`))).toEqual(noOrganization);
  expect((await world.get(owner, '/v1/me/orgs')).each('organizations', 'id')).toEqual([owner.organization]);
  expect((await world.get(owner, '/v1/me/teams')).each('teams', 'id')).toEqual([owner.team]);
}

export function deletionStories(started: () => World): void {
  describe('an organization that is deleted', () => {
    it('takes its teams, memberships, prompts and keys along, at the very next request', async () => {
      const world = started();
      const whole = await estate(world);
      await world.make(whole.owner, 'DELETE', `/v1/orgs/${whole.organization}`);
      await expectGone(world, whole);
    });

    it('is gone for a prompt-registry that was down at that moment, and renders of it are refused meanwhile', async () => {
      const world = started();
      const whole = await estate(world);
      const kept = await world.prompt(whole.owner, whole.owner.team, 'kept');
      const registry = world.platform.services['prompt-registry'][0]?.pid;
      if (registry == null) throw new Error('the prompt-registry does not run');
      process.kill(registry, 'SIGKILL');
      await world.make(whole.owner, 'DELETE', `/v1/orgs/${whole.organization}`);
      for (const prompt of whole.prompts) {
        expect((await world.render(whole.owner, prompt)).status).toBe(404);
        expect((await world.render(whole.key, prompt)).status).toBe(401);
      }
      expect((await world.render(whole.owner, kept)).status).toBe(200);

      await eventually(async () => (await world.ask(whole.owner, 'GET', '/v1/prompts')).status === 200, {
        what: 'the return of the prompt-registry',
        timeoutMs: 60_000,
      });
      await expectGone(world, whole);
      expect(await world.reach(whole.owner, kept)).toEqual([200, 200, 200]);
    }, 40_000);
  });

  describe('a team that is deleted', () => {
    it('takes its prompts along, shrinks the keys that name another team too, and revokes those that name none', async () => {
      const world = started();
      const owner = await world.owner();
      const team = await world.team(owner);
      const prompt = await world.prompt(owner, team, 'hello');
      const other = await world.prompt(owner, owner.team, 'other');
      const both = await world.key(owner, 'all', { teams: [team, owner.team] });
      const only = await world.key(owner, 'all', { teams: [team] });
      const all = await world.key(owner, 'all');
      await world.make(owner, 'DELETE', `/v1/teams/${team}`);

      for (const who of [owner, both, all]) {
        expect(await world.reach(who, prompt)).toEqual([404, 404, 404]);
        expect(await world.reach(who, other)).toEqual([200, 200, 200]);
      }
      expect(await world.reach(only, other)).toEqual([401, 401, 401]);
      const listed = await eventually(async () => {
        const keys = await world.get(owner, `/v1/api-keys?org_id=${owner.organization}`);
        return keys.each('api_keys', 'id').includes(only.id) ? undefined : keys;
      });
      expect(listed.each('api_keys', 'id')).toEqual([all.id, both.id]);
    });
  });

  describe('an account that is deleted', () => {
    it('leaves every team, and what the person made stays', async () => {
      const world = started();
      const owner = await world.owner();
      const member = await world.registeredBy(owner, owner.team);
      const prompt = await world.prompt(member, owner.team, 'made by a member');
      await world.make(member, 'POST', `/v1/teams/${await world.team(owner)}/join-requests`);
      await world.make(member, 'DELETE', '/v1/auth/me');

      expect(await world.reach(member, prompt)).toEqual([401, 401, 401]);
      expect((await world.get(owner, `/v1/teams/${owner.team}/members`)).each('members', 'user_id')).toEqual([
        owner.id,
      ]);
      expect((await world.get(owner, `/v1/orgs/${owner.organization}/people`)).each('people', 'id')).toEqual([
        owner.id,
      ]);
      expect((await world.get(owner, '/v1/me/inbox')).at('inbox')).toEqual([]);
      expect(await world.reach(owner, prompt)).toEqual([200, 200, 200]);
      const again = { user_id: member.id };
      expect(said(await world.ask(owner, 'POST', `/v1/teams/${owner.team}/members`, again))).toEqual([
        404,
        'user to add not found',
      ]);
    });

    it('frees its address, and the keys of the organization go on reading without an acting user', async () => {
      const world = started();
      const owner = await world.owner();
      const prompt = await world.prompt(owner, owner.team, 'hello');
      const key = await world.key(owner, 'all');
      await world.make(owner, 'DELETE', '/v1/auth/me');
      expect(await world.reach(key, prompt)).toEqual([200, 200, 200]);
      expect(said(await world.ask(key, 'GET', '/v1/me/teams'))).toEqual([401, 'unauthorized']);
      expect(said(await world.ask(key, 'GET', '/v1/auth/me'))).toEqual([403, 'access token required']);
      const body = { email: owner.email, password: 'Correct-horse-1' };
      expect((await world.ask(undefined, 'POST', '/v1/auth/register', body)).status).toBe(201);
    });
  });

  describe('a team that moves to another organization', () => {
    it('takes its members and prompts along, and leaves the scopes of the keys of its former organization', async () => {
      const world = started();
      const owner = await world.owner();
      const { organization } = await world.organization(owner);
      const team = await world.team(owner);
      const member = await world.registeredBy(owner, team);
      const prompt = await world.prompt(owner, team, 'moved');
      const stayed = await world.prompt(owner, owner.team, 'stayed');
      const former = await world.key(owner, 'all');
      const both = await world.key(owner, 'all', { teams: [team, owner.team] });
      const only = await world.key(owner, 'all', { teams: [team] });
      const next = await world.key(owner, 'all', { organization });
      expect(await world.reach(next, prompt)).toEqual([404, 404, 404]);

      await world.make(owner, 'PUT', `/v1/teams/${team}`, { name: 'Moved', org_id: organization });
      expect(await world.reach(next, prompt)).toEqual([200, 200, 200]);
      expect(await world.reach(member, prompt)).toEqual([200, 200, 200]);
      expect((await world.get(member, '/v1/me/orgs')).each('organizations', 'id')).toEqual([organization]);
      for (const who of [former, both]) {
        expect(await world.reach(who, prompt)).toEqual([404, 404, 404]);
        expect(await world.reach(who, stayed)).toEqual([200, 200, 200]);
      }
      expect(await world.reach(only, prompt)).toEqual([401, 401, 401]);

      await world.make(owner, 'PUT', `/v1/teams/${team}`, { name: 'Back', org_id: owner.organization });
      expect(await world.reach(both, prompt)).toEqual([404, 404, 404]);
      expect(await world.reach(only, prompt)).toEqual([401, 401, 401]);
      expect(await world.reach(former, prompt)).toEqual([200, 200, 200]);
      expect(await world.reach(next, prompt)).toEqual([404, 404, 404]);
    });
  });
}
