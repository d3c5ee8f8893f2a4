/** What the registry answers to people whom tenancy has not placed yet in the team that their registration named. */
import { randomUUID } from 'node:crypto';
import type { PlayedUser } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

/** A person whose registration names the team, and whom tenancy has not placed. */
function registered(more: { readonly created_at?: string } = {}): Promise<PlayedUser> {
  return registry.identity.register({ placement: { kind: 'team', team_id: cast.teamId }, ...more });
}

/** One request with the person's own event worked in, and no second try. */
async function create(person: PlayedUser, headers: Record<string, string> = {}) {
  const response = await fetch(`${registry.url}/v1/teams/${cast.teamId}/prompts`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${person.token}`,
      'content-type': 'application/json',
      'px0-min-revision': registry.token,
      ...headers,
    },
    body: JSON.stringify({ name: randomUUID() }),
  });
  return { status: response.status, stale: response.headers.get('px0-stale') };
}

it('a person whose placement is on its way is not refused', async () => {
  const person = await registered();
  // Asks again while the registry says that it is behind, and takes any other answer.
  const creating = registry.call(person, 'POST', `/v1/teams/${cast.teamId}/prompts`, { name: randomUUID() });
  expect(await create(await registered({ created_at: longAgo }))).toEqual({ status: 403, stale: null });
  await registry.tenancy.setMember(cast.teamId, person.id, 'editor');
  expect((await creating).status).toBe(201);
});

it('a refusal says that it may be wrong when the placement does not come in time', async () => {
  const person = await registered();
  expect(await create(person)).toEqual({ status: 403, stale: 'true' });
  expect(await create(person, { 'px0-consistency': 'require' })).toEqual({ status: 503, stale: null });
  await registry.tenancy.setMember(cast.teamId, person.id, 'editor');
  expect(await create(person)).toEqual({ status: 201, stale: null });
});

it('a person who was removed again is refused at once', async () => {
  const person = await registered();
  await registry.tenancy.setMember(cast.teamId, person.id, 'editor');
  await registry.tenancy.removeMember(cast.teamId, person.id);
  await registry.identity.change(person.id, { is_admin: true });
  expect(await create(person)).toEqual({ status: 403, stale: null });
});

it('a person whose team is gone, or whose registration is long past, is refused at once', async () => {
  expect(await create(await registered({ created_at: longAgo }))).toEqual({ status: 403, stale: null });
  const ended = await registry.tenancy.createTeam(cast.orgId);
  await registry.tenancy.deleteTeam(ended);
  const person = await registry.identity.register({ placement: { kind: 'team', team_id: ended } });
  expect(await create(person)).toEqual({ status: 403, stale: null });
});

const longAgo = new Date(Date.now() - 3_600_000).toISOString();
