/** What a key of each operation and scope may do, over all services at once. */
import { eventually } from '@px0/testing';
import { type Caller, type Key, type Operation, said, type World } from '@px0/testing/world';
import { describe, expect, it } from 'vitest';

export function keyStories(started: () => World): void {
  describe('an API key', () => {
    /** Render, read, write; then teams (tenancy), profile and keys (identity). */
    const powers: Readonly<Record<Operation, readonly number[]>> = {
      read_render: [200, 200, 403, 403, 403, 401],
      all: [200, 200, 200, 200, 200, 401],
      admin: [200, 200, 403, 200, 200, 401],
    };

    it.each(Object.entries(powers))(
      'of operation %s does what the contract’s table says, in its scope alone',
      async (name, expected) => {
        const world = started();
        const owner = await world.owner();
        const stranger = await world.owner();
        const operation = name === 'all' || name === 'admin' ? name : 'read_render';
        const team = await world.team(owner);
        const inside = await world.prompt(owner, team, 'inside');
        const outside = await world.prompt(owner, owner.team, 'outside');
        const foreign = await world.prompt(stranger, stranger.team, 'foreign');
        for (const teams of [[], [team]]) {
          const key = await world.key(owner, operation, { teams });
          const management = await Promise.all([
            world.ask(key, 'GET', `/v1/teams/${team}/members`),
            world.ask(key, 'GET', '/v1/auth/me'),
            world.ask(key, 'GET', `/v1/api-keys?org_id=${owner.organization}`),
          ]);
          expect([...(await world.reach(key, inside)), ...management.map(({ status }) => status)]).toEqual(
            expected,
          );
          const unseen = [404, 404, 404];
          expect(await world.reach(key, outside)).toEqual(teams.length === 0 ? expected.slice(0, 3) : unseen);
          expect(await world.reach(key, foreign)).toEqual(unseen);
        }
      },
    );

    it('that is rotated stands for who rotated it, who cannot approve what is written with it', async () => {
      const world = started();
      const owner = await world.owner();
      const colleague = await world.registeredBy(owner, owner.team);
      await world.role(owner, owner.team, colleague, 'admin');
      await world.make(owner, 'POST', `/v1/teams/${owner.team}/prompt-policies`, {
        name: 'Reviewed',
        match: { slugs: ['*'], transitions: ['live'] },
        require: { approvals: 1, not_contributor: true },
      });
      const old = await world.key(owner, 'all');
      const rotated = await world.make(colleague, 'POST', `/v1/api-keys/${old.id}/rotate`);
      const successor = { id: rotated.text('id'), token: rotated.text('key') };
      const prompt = await world.prompt(owner, owner.team);
      /** Why the approvals of these do not count, in the order given. */
      const faults = async (proposedBy: Caller, version: number, ...reviewers: readonly Caller[]) => {
        const body = { title: `version ${version}`, change: { kind: 'promote', version, to: 'live' } };
        const path = `/v1/prompts/${prompt.id}/change-requests`;
        const request = await world.make(proposedBy, 'POST', path, body);
        const review = {
          verdict: 'approve',
          content_hash: request.text('change_request', 'binding', 'content_hash'),
        };
        const reviews = `/v1/change-requests/${request.text('change_request', 'id')}/reviews`;
        let answer = request;
        for (const reviewer of reviewers) answer = await world.make(reviewer, 'POST', reviews, review);
        return reviewers.map((_, index) => answer.at('change_request', 'reviews', index, 'why_not'));
      };
      const stable = async (who: Caller, template: string) => {
        const version = await world.draft(who, prompt, template);
        await world.promote(who, prompt, version);
        return version;
      };
      // What the successor proposes is the colleague's own, and so is what it writes; the old key still stands for its maker.
      const proposed = await stable(owner, 'one');
      expect(await faults(successor, proposed, colleague)).toEqual(['author']);
      const written = await stable(successor, 'two');
      expect(await faults(owner, written, colleague, owner)).toEqual(['contributor', 'author']);
      const before = await stable(old, 'three');
      expect(await faults(colleague, before, owner)).toEqual(['contributor']);
      const promotion = `/v1/prompts/${prompt.id}/versions/${written}/promote`;
      for (const who of [colleague, successor])
        expect((await world.ask(who, 'POST', promotion)).status).toBe(409);
      const own = await stable(successor, 'four');
      expect(await faults(successor, own, owner)).toEqual([null]);
    });

    it('acts as the Default Team’s admin of longest standing, and as the next one when that one goes', async () => {
      const world = started();
      const owner = await world.owner();
      const second = await world.registeredBy(owner, owner.team);
      const key = await world.key(owner, 'admin');
      const acting = async () => (await world.get(key, '/v1/auth/me')).text('user', 'id');
      await world.role(owner, owner.team, second, 'admin');
      expect(await acting()).toBe(owner.id);
      await world.role(second, owner.team, owner, 'viewer');
      expect(await acting()).toBe(second.id);
      await world.role(second, owner.team, owner, 'admin');
      expect(await acting()).toBe(owner.id);
      await world.make(owner, 'DELETE', `/v1/me/teams/${owner.team}`);
      expect(await acting()).toBe(second.id);
      await world.make(second, 'DELETE', `/v1/me/teams/${owner.team}`);
      expect(said(await world.ask(key, 'GET', '/v1/me/orgs'))).toEqual([401, 'unauthorized']);
    });

    it('of the whole organization covers a team from the request after its creation', async () => {
      const world = started();
      const owner = await world.owner();
      const key = await world.key(owner, 'all');
      for (let round = 0; round < 5; round += 1) {
        const prompt = await world.prompt(key, await world.team(owner), 'new');
        expect(await world.reach(key, prompt)).toEqual([200, 200, 200]);
      }
    });

    it('shows when it was last used, in whichever service it was', async () => {
      const world = started();
      const owner = await world.owner();
      const prompt = await world.prompt(owner, owner.team, 'used');
      const uses = [
        (key: Key) => world.render(key, prompt),
        (key: Key) => world.ask(key, 'POST', '/v1/render/batch', { renders: [{ slug: prompt.slug }] }),
        (key: Key) => world.ask(key, 'GET', `/v1/prompts/${prompt.id}`),
        (key: Key) => world.ask(key, 'GET', '/v1/me/orgs'),
        (key: Key) => world.ask(key, 'GET', '/v1/auth/me'),
      ];
      const keys = await Promise.all(uses.map(() => world.key(owner, 'admin')));
      const unused = await world.key(owner, 'admin');
      await Promise.all(uses.map(async (use, index) => await use(keys[index] ?? unused)));
      const lastUse = async (): Promise<ReadonlyMap<unknown, unknown>> => {
        const answer = await world.get(owner, `/v1/api-keys?org_id=${owner.organization}`);
        const times = answer.each('api_keys', 'last_used_at');
        return new Map(answer.each('api_keys', 'id').map((id, index) => [id, times[index]]));
      };
      await eventually(
        async () => {
          const times = await lastUse();
          return keys.every(({ id }) => typeof times.get(id) === 'string');
        },
        { timeoutMs: 30_000, what: 'the last use of every key' },
      );
      expect((await lastUse()).get(unused.id)).toBeNull();
    });

    it('changes nobody’s account and joins or leaves no team', async () => {
      const world = started();
      const owner = await world.owner();
      const stranger = await world.owner();
      const key = await world.key(owner, 'all');
      const personal = [
        ['PUT', '/v1/auth/me'],
        ['DELETE', '/v1/auth/me'],
        ['POST', '/v1/auth/me/change-password'],
        ['DELETE', `/v1/me/teams/${owner.team}`],
        ['POST', `/v1/teams/${stranger.team}/join-requests`],
      ] as const;
      for (const [method, path] of personal) {
        expect([path, ...said(await world.ask(key, method, path, {}))]).toEqual([path, 403, 'forbidden']);
      }
    });

    it('with a scope of teams manages these and nothing of the organization', async () => {
      const world = started();
      const owner = await world.owner();
      const team = await world.team(owner);
      const key = await world.key(owner, 'admin', { teams: [team] });
      const forbidden = [
        ['PUT', `/v1/orgs/${owner.organization}`, { name: 'x' }],
        ['DELETE', `/v1/orgs/${owner.organization}`],
        ['GET', `/v1/orgs/${owner.organization}/people`],
        ['GET', `/v1/orgs/${owner.organization}/teams`],
        ['POST', `/v1/orgs/${owner.organization}/teams`, { name: 'x' }],
        ['POST', '/v1/orgs', { name: 'x' }],
        ['GET', `/v1/teams/${owner.team}/members`],
        ['PUT', `/v1/teams/${owner.team}`, { name: 'x' }],
      ] as const;
      for (const [method, path, body] of forbidden) {
        expect([path, ...said(await world.ask(key, method, path, body))]).toEqual([path, 403, 'forbidden']);
      }
      expect((await world.ask(key, 'PUT', `/v1/teams/${team}`, { name: 'Renamed' })).status).toBe(200);
    });
  });
}
