/** How people come to a team, what their role allows, and how they lose it: felt by their very next request to every service. */

import { said, type World } from '@px0/testing/world';
import { describe, expect, it } from 'vitest';

/** Render, read, write. */
const asEditor = [200, 200, 200];
const asViewer = [200, 200, 403];
const asStranger = [404, 404, 404];

export function membershipStories(started: () => World): void {
  describe('a person registered by an owner', () => {
    it('has an organization of their own, and administers it', async () => {
      const world = started();
      const person = await world.registeredBy(await world.owner());
      const organizations = await world.get(person, '/v1/me/orgs');
      expect(organizations.each('organizations', 'role')).toEqual(['ADMIN']);
      const team = (await world.get(person, '/v1/me/teams')).text('teams', 0, 'id');
      const prompt = await world.prompt(person, team, 'mine');
      expect(await world.reach(person, prompt)).toEqual(asEditor);
    });

    it('edits and renders in the team that the registration named, and has no other', async () => {
      const world = started();
      const owner = await world.owner();
      const team = await world.team(owner);
      const prompt = await world.prompt(owner, team, 'ours');
      const person = await world.registeredBy(owner, team);
      expect(await world.reach(person, prompt)).toEqual(asEditor);
      expect((await world.get(person, '/v1/me/teams')).each('teams', 'id')).toEqual([team]);
      expect((await world.get(person, '/v1/me/orgs')).each('organizations', 'role')).toEqual(['MEMBER']);
    });

    it('may not register others', async () => {
      const world = started();
      const person = await world.registeredBy(await world.owner());
      const body = { email: 'someone@example.com', password: 'Correct-horse-1' };
      expect(said(await world.ask(person, 'POST', '/v1/auth/register', body))).toEqual([403, 'forbidden']);
    });
  });

  describe('a request to join', () => {
    it('lets the person in when it is approved, and shows in the inbox until then', async () => {
      const world = started();
      const owner = await world.owner();
      const asking = await world.owner();
      const prompt = await world.prompt(owner, owner.team, 'hello');
      expect(await world.reach(asking, prompt)).toEqual(asStranger);

      const request = await world.make(asking, 'POST', `/v1/teams/${owner.team}/join-requests`);
      const id = request.text('id');
      expect(await world.reach(asking, prompt)).toEqual(asStranger);
      const inbox = await world.get(owner, '/v1/me/inbox');
      expect(inbox.each('inbox', 'id')).toEqual([id]);
      expect(inbox.at('inbox', 0, 'payload', 'user_email')).toBe(asking.email);
      const approve = { status: 'approved' };
      expect(said(await world.ask(asking, 'PUT', `/v1/join-requests/${id}`, approve))).toEqual([
        403,
        'forbidden',
      ]);

      await world.make(owner, 'PUT', `/v1/join-requests/${id}`, approve);
      expect(await world.reach(asking, prompt)).toEqual(asEditor);
      expect((await world.get(owner, '/v1/me/inbox')).at('inbox')).toEqual([]);
    });

    it('is alone in the inbox, whatever else waits for the same person', async () => {
      const world = started();
      const owner = await world.owner();
      const author = await world.registeredBy(owner, owner.team);
      const prompt = await world.prompt(author, owner.team, 'reviewed');
      await world.make(owner, 'POST', `/v1/teams/${owner.team}/prompt-policies`, {
        name: 'Reviewed',
        match: { slugs: ['*'], transitions: ['live'] },
        require: { approvals: 1 },
      });
      for (const template of ['one', 'two']) {
        const version = await world.draft(author, prompt, template);
        const change = { kind: 'promote', version, to: 'live' };
        const body = { title: template, change };
        await world.make(author, 'POST', `/v1/prompts/${prompt.id}/change-requests`, body);
      }
      const asking = await world.owner();
      const joining = await world.make(asking, 'POST', `/v1/teams/${owner.team}/join-requests`);
      expect((await world.get(owner, '/v1/me/inbox')).each('inbox', 'id')).toEqual([joining.text('id')]);
      const waiting = await world.get(owner, '/v1/me/change-requests?as=reviewer');
      expect(waiting.each('change_requests', 'title')).toEqual(['two', 'one']);
    });

    it('changes nothing when it is rejected, and may be made again', async () => {
      const world = started();
      const owner = await world.owner();
      const asking = await world.owner();
      const prompt = await world.prompt(owner, owner.team, 'hello');
      const path = `/v1/teams/${owner.team}/join-requests`;
      const id = (await world.make(asking, 'POST', path)).text('id');
      await world.make(owner, 'PUT', `/v1/join-requests/${id}`, { status: 'rejected' });
      expect(await world.reach(asking, prompt)).toEqual(asStranger);
      expect((await world.ask(asking, 'POST', path)).status).toBe(201);
    });
  });

  describe('a role', () => {
    it('is what the very next request is judged by, ten changes in a row', async () => {
      const world = started();
      const owner = await world.owner();
      const member = await world.registeredBy(owner, owner.team);
      const prompt = await world.prompt(owner, owner.team, 'hello');
      const archive = `/v1/prompts/${prompt.id}/archive`;
      for (let round = 0; round < 10; round += 1) {
        const role = (['viewer', 'editor', 'admin'] as const)[round % 3] ?? 'viewer';
        await world.role(owner, owner.team, member, role);
        expect([role, await world.reach(member, prompt)]).toEqual([
          role,
          role === 'viewer' ? asViewer : asEditor,
        ]);
        const archived = await world.ask(member, 'POST', archive);
        expect([role, archived.status]).toEqual([role, role === 'admin' ? 200 : 403]);
      }
    });

    it('in the Default Team makes somebody the organization’s admin at the very next request, and unmakes them', async () => {
      const world = started();
      const owner = await world.owner();
      const member = await world.registeredBy(owner, owner.team);
      const team = await world.team(owner);
      const prompt = await world.prompt(owner, team, 'hello');
      const body = { name: 'key', org_id: owner.organization };
      const powers = async () => [
        (await world.ask(member, 'POST', '/v1/api-keys', body)).status,
        (await world.ask(member, 'GET', `/v1/teams/${team}/members`)).status,
        (await world.ask(member, 'POST', `/v1/prompts/${prompt.id}/archive`)).status,
      ];
      expect(await powers()).toEqual([403, 403, 404]);
      await world.role(owner, owner.team, member, 'admin');
      expect(await powers()).toEqual([201, 200, 200]);
      expect((await world.render(member, prompt)).status).toBe(404);
      await world.role(owner, owner.team, member, 'viewer');
      expect(await powers()).toEqual([403, 403, 404]);
    });
  });

  describe('a membership that ends', () => {
    const ways = {
      'by removal from the team': ({ team }: { team: string; organization: string }, id: string) =>
        `/v1/teams/${team}/members/${id}`,
      'by removal from the organization': ({ organization }: { organization: string }, id: string) =>
        `/v1/orgs/${organization}/members/${id}`,
    };
    it.each(Object.entries(ways))(
      '%s is felt by the very next request, and by it alone when it begins again',
      async (_name, path) => {
        const world = started();
        const owner = await world.owner();
        const member = await world.registeredBy(owner, owner.team);
        const prompt = await world.prompt(owner, owner.team, 'hello');
        for (let round = 0; round < 5; round += 1) {
          expect(await world.reach(member, prompt)).toEqual(asEditor);
          await world.make(owner, 'DELETE', path(owner, member.id));
          expect(await world.reach(member, prompt)).toEqual(asStranger);
          expect((await world.get(member, '/v1/me/teams')).at('teams')).toEqual([]);
          await world.add(owner, owner.team, member);
        }
      },
    );

    it('is felt at the registry and at render reached directly, with the revision of the answer', async () => {
      const world = started();
      const owner = await world.owner();
      const member = await world.registeredBy(owner, owner.team);
      const prompt = await world.prompt(owner, owner.team, 'hello');
      const left = await world.ask(member, 'DELETE', `/v1/me/teams/${owner.team}`);
      expect(left.status).toBe(204);
      const headers = { 'px0-min-revision': left.headers.get('px0-revision') ?? '' };
      const { token } = member;
      const [rendered, read] = await Promise.all([
        world
          .direct('render')
          .request('POST', `/v1/prompts/${prompt.slug}/render`, { token, headers, body: {} }),
        world.direct('prompt-registry').request('GET', `/v1/prompts/${prompt.id}`, { token, headers }),
      ]);
      expect([rendered.status, read.status]).toEqual([404, 404]);
    });
  });

  it('the last admin of a Default Team stays as long as it has other members', async () => {
    const world = started();
    const owner = await world.owner();
    const member = await world.registeredBy(owner, owner.team);
    const guard = [409, 'default team must keep an admin'];
    const self = `/v1/teams/${owner.team}/members/${owner.id}`;
    expect(said(await world.ask(owner, 'DELETE', `/v1/me/teams/${owner.team}`))).toEqual(guard);
    expect(said(await world.ask(owner, 'DELETE', self))).toEqual(guard);
    expect(said(await world.ask(owner, 'PUT', `${self}/role`, { role: 'viewer' }))).toEqual(guard);
    expect(said(await world.ask(owner, 'DELETE', '/v1/auth/me'))).toEqual(guard);
    await world.role(owner, owner.team, member, 'admin');
    expect(said(await world.ask(owner, 'DELETE', '/v1/auth/me'))).toEqual([204]);
  });
}
