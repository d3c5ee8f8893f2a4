import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectOk } from '../../test/replies.ts';
import { type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

let tenancy: RunningTenancy;
let founder: Founder;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
  founder = await tenancy.founder();
});
afterAll(() => tenancy?.stop());

const organizationsReply = z.object({
  organizations: z.array(
    z.strictObject({ id: z.guid(), name: z.string(), created_at: z.string(), role: z.string() }),
  ),
});

const userState = {
  email: 'somebody@example.com',
  is_verified: true,
  is_admin: false,
  created_at: new Date().toISOString(),
  placement: { kind: 'default-organization' as const },
  sessions: { floor: 0, revoked: [] },
};

async function organizationsOf(token: string) {
  return organizationsReply.parse((await tenancy.call({ token }, 'GET', '/v1/me/orgs')).body).organizations;
}

describe('a new user', () => {
  it('is admin of a Default Team in a Default Org of their own', async () => {
    const user = await tenancy.identity.register();
    const organizations = await organizationsOf(user.token);
    expect(organizations).toMatchObject([{ name: 'Default Org', role: 'ADMIN' }]);
    const teams = await tenancy.call(user, 'GET', '/v1/me/teams');
    expect(teams.body).toMatchObject({
      teams: [{ name: 'Default Team', org_id: organizations[0]?.id, is_default: true, role: 'admin' }],
    });
  });

  it('of a delegated registration is an editor of the team named, or the admin of an empty one', async () => {
    const teamId = await tenancy.createTeam(founder, founder.orgId);
    const placement = { kind: 'team' as const, team_id: teamId };
    const editor = await tenancy.identity.register({ placement });
    expect(await organizationsOf(editor.token)).toMatchObject([{ id: founder.orgId, role: 'MEMBER' }]);
    const roles = async () => (await tenancy.call(founder, 'GET', `/v1/teams/${teamId}/members`)).body;
    expect(await roles()).toMatchObject({
      members: [{ role: 'admin' }, { user_id: editor.id, role: 'editor' }],
    });
    await tenancy.call(founder, 'DELETE', `/v1/orgs/${founder.orgId}/members/${editor.id}`);
    await tenancy.call(founder, 'DELETE', `/v1/me/teams/${teamId}`);
    const admin = await tenancy.identity.register({ placement });
    expect(await roles()).toMatchObject({ members: [{ user_id: admin.id, role: 'admin' }] });
  });

  it('whose team was deleted meanwhile belongs nowhere', async () => {
    const teamId = await tenancy.createTeam(founder, founder.orgId);
    await tenancy.call(founder, 'DELETE', `/v1/teams/${teamId}`);
    const user = await tenancy.identity.register({ placement: { kind: 'team', team_id: teamId } });
    expectOk(await tenancy.call(user, 'GET', '/v1/me/orgs'), 200, { organizations: [] });
  });

  it('is placed once, however often their events come', async () => {
    const id = randomUUID();
    const token = tenancy.identity.sessionOf(id);
    await tenancy.contexts.publishAt('user', id, 3, userState);
    await tenancy.contexts.publishAt('user', id, 3, userState);
    await tenancy.contexts.publishAt('user', id, 2, userState);
    await tenancy.contexts.publishAt('user', id, 4, { ...userState, email: 'other@example.com' });
    expect(await organizationsOf(token)).toHaveLength(1);
  });

  it('many at once each get a place', async () => {
    const users = await Promise.all(Array.from({ length: 20 }, () => tenancy.identity.register()));
    const places = await Promise.all(users.map((user) => organizationsOf(user.token)));
    expect(places.map((place) => place.length)).toEqual(users.map(() => 1));
    expect(new Set(places.flat().map(({ id }) => id)).size).toBe(users.length);
  });
});

async function membershipsOf(userId: string): Promise<unknown[]> {
  const { rows } = await tenancy.pool.query('SELECT team_id FROM memberships WHERE user_id = $1', [userId]);
  return rows;
}

describe('a deleted user', () => {
  it('does not come back with an older event, and leaves no address behind', async () => {
    const id = randomUUID();
    await tenancy.contexts.publishAt('user', id, 1, userState);
    await tenancy.contexts.publishAt('user', id, 5, undefined);
    await tenancy.contexts.publishAt('user', id, 4, userState);
    await tenancy.call(founder, 'GET', '/v1/me/orgs');
    const { rows } = await tenancy.pool.query('SELECT email, deleted_at FROM users WHERE id = $1', [id]);
    expect(rows).toEqual([{ email: '', deleted_at: expect.any(Date) }]);
    expect(await membershipsOf(id)).toEqual([]);
  });

  it('whose registration was never seen is nobody', async () => {
    const id = randomUUID();
    await tenancy.contexts.publishAt('user', id, 5, undefined);
    await tenancy.contexts.publishAt('user', id, 4, userState);
    await tenancy.call(founder, 'GET', '/v1/me/orgs');
    expect(await membershipsOf(id)).toEqual([]);
  });
});

it('users who registered and left while tenancy was stopped are worked in when it starts', async () => {
  const leaving = await tenancy.memberOf(founder, founder.teamId);
  await tenancy.call(founder, 'GET', '/v1/me/orgs');
  await tenancy.stopService();
  const user = await tenancy.identity.register();
  await tenancy.identity.delete(leaving.id);
  await tenancy.startService();
  expect(await organizationsOf(user.token)).toHaveLength(1);
  const members = await tenancy.call(founder, 'GET', `/v1/teams/${founder.teamId}/members`);
  expect(members.body).toMatchObject({ members: [{ user_id: founder.id }], total: 1 });
});
