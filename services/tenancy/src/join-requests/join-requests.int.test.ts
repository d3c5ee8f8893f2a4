import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectError, expectOk } from '../../test/replies.ts';
import { type Bearer, type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

const requestSchema = z.strictObject({
  id: z.guid(),
  team_id: z.guid(),
  user_id: z.guid(),
  status: z.enum(['pending', 'approved', 'rejected']),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

let tenancy: RunningTenancy;
let founder: Founder;
let asking: Founder;
let teamId: string;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
  asking = await tenancy.founder();
});
beforeEach(async () => {
  founder = await tenancy.founder();
  teamId = await tenancy.createTeam(founder, founder.orgId);
});
afterAll(() => tenancy?.stop());

const ask = (by: Bearer, id: string) => tenancy.call(by, 'POST', `/v1/teams/${id}/join-requests`);
const resolve = (by: Bearer, id: string, body: unknown) =>
  tenancy.call(by, 'PUT', `/v1/join-requests/${id}`, body);

async function file(by: Bearer, id: string) {
  const reply = await ask(by, id);
  expect(reply).toMatchObject({ status: 201 });
  return requestSchema.parse(reply.body);
}

async function roleOf(userId: string): Promise<string | undefined> {
  const { rows } = await tenancy.pool.query<{ role: string }>(
    'SELECT role FROM memberships WHERE team_id = $1 AND user_id = $2',
    [teamId, userId],
  );
  return rows[0]?.role;
}

describe('asking to join', () => {
  it('answers with a bare, pending request', async () => {
    const request = await file(asking, teamId);
    expect(request).toMatchObject({ team_id: teamId, user_id: asking.id, status: 'pending' });
    expect(request.updated_at).toBe(request.created_at);
  });

  it('refuses in the order of the contract', async () => {
    const key = await tenancy.identity.createKey(asking.orgId);
    expectError(await ask(key, 'x'), 400, 'invalid id');
    expectError(await ask(key, randomUUID()), 403, 'forbidden');
    expectError(await ask(asking, randomUUID()), 404, 'team not found');
    expectError(await ask(founder, teamId), 400, 'already a member of this team');
    await file(asking, teamId);
    expectError(await ask(asking, teamId), 409, 'a pending join request already exists for this team');
  });

  it('many times at once files one', async () => {
    const replies = await Promise.all(Array.from({ length: 5 }, () => ask(asking, teamId)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
  });

  it('is possible again after a rejection', async () => {
    const { id } = await file(asking, teamId);
    await resolve(founder, id, { status: 'rejected' });
    await file(asking, teamId);
  });
});

describe('resolving', () => {
  it('approves, in any letter case: the requester becomes an editor', async () => {
    const request = await file(asking, teamId);
    const reply = await resolve(founder, request.id, { status: 'ApproVed' });
    const resolved = requestSchema.parse(reply.body);
    expect(reply.status).toBe(200);
    expect(resolved).toEqual({ ...request, status: 'approved', updated_at: resolved.updated_at });
    expect(Date.parse(resolved.updated_at)).toBeGreaterThanOrEqual(Date.parse(request.updated_at));
    expect(await roleOf(asking.id)).toBe('editor');
  });

  it('approves into an empty team as its admin', async () => {
    await tenancy.call(founder, 'DELETE', `/v1/me/teams/${teamId}`);
    const { id } = await file(asking, teamId);
    await resolve(founder, id, { status: 'approved' });
    expect(await roleOf(asking.id)).toBe('admin');
  });

  it('leaves one who has become a member meanwhile as they are', async () => {
    const { id } = await file(asking, teamId);
    await tenancy.addMember(founder, teamId, asking.id, 'viewer');
    expect(await resolve(founder, id, { status: 'approved' })).toMatchObject({ status: 200 });
    expect(await roleOf(asking.id)).toBe('viewer');
  });

  it('rejects without any other effect', async () => {
    const { id } = await file(asking, teamId);
    expect(await resolve(founder, id, { status: 'REJECTED' })).toMatchObject({
      body: { status: 'rejected' },
    });
    expect(await roleOf(asking.id)).toBeUndefined();
  });

  it('refuses in the order of the contract', async () => {
    const { id } = await file(asking, teamId);
    const other = await file(asking, founder.teamId);
    await resolve(founder, other.id, { status: 'rejected' });
    const outsider = asking;
    expectError(await resolve(outsider, 'x', 'no object'), 400, 'invalid id');
    expectError(await resolve(outsider, randomUUID(), 'no object'), 400, 'invalid request body');
    const invalid = 'invalid status, must be approved or rejected';
    for (const status of [undefined, '', 'pending', ' approved']) {
      expectError(await resolve(outsider, randomUUID(), { status }), 400, invalid);
    }
    const body = { status: 'approved' };
    expectError(await resolve(outsider, randomUUID(), body), 404, 'join request not found');
    expectError(await resolve(outsider, other.id, body), 400, 'join request has already been resolved');
    expectError(await resolve(outsider, id, body), 403, 'forbidden');
  });

  it('by two admins at once, one way and the other, does one thing and tells the loser', async () => {
    for (let round = 0; round < 5; round++) {
      const user = await tenancy.identity.register();
      const { id } = await file(user, teamId);
      const replies = await Promise.all([
        resolve(founder, id, { status: 'approved' }),
        resolve(founder, id, { status: 'rejected' }),
      ]);
      const [winner, loser] = replies.toSorted((a, b) => a.status - b.status);
      expect(loser).toMatchObject({ status: 400, body: { error: 'join request has already been resolved' } });
      const status = requestSchema.parse(winner?.body).status;
      expect(await roleOf(user.id)).toBe(status === 'approved' ? 'editor' : undefined);
    }
  });
});

describe('the inbox', () => {
  const inbox = async (by: Bearer) => {
    const { body } = await tenancy.call(by, 'GET', '/v1/me/inbox');
    return z.object({ inbox: z.array(z.object({ id: z.string() }).loose()) }).parse(body).inbox;
  };

  it('shows pending requests, the newest first, with user and team', async () => {
    const first = await file(asking, teamId);
    const second = await file(asking, founder.teamId);
    const third = await file(await tenancy.identity.register(), teamId);
    await resolve(founder, third.id, { status: 'rejected' });
    const items = await inbox(founder);
    expect(items.map(({ id }) => id)).toEqual([second.id, first.id]);
    const { rows } = await tenancy.pool.query<{ name: string; created_at: Date }>(
      'SELECT name, created_at FROM teams WHERE id = $1',
      [teamId],
    );
    const { team_id, user_id, ...request } = first;
    expect(items[1]).toEqual({
      ...request,
      type: 'join_request',
      payload: {
        user_id,
        user_email: asking.email,
        team_id,
        team: {
          id: teamId,
          org_id: founder.orgId,
          name: rows[0]?.name,
          created_at: rows[0]?.created_at.toISOString(),
          is_default: false,
        },
      },
    });
  });

  it('of an admin of one team shows that team’s only; of an admin elsewhere in the organization, nothing', async () => {
    const otherTeamId = await tenancy.createTeam(founder, founder.orgId);
    const teamAdmin = await tenancy.memberOf(founder, teamId, 'admin');
    const otherAdmin = await tenancy.memberOf(founder, otherTeamId, 'admin');
    const { id } = await file(asking, teamId);
    expect((await inbox(teamAdmin)).map((item) => item.id)).toEqual([id]);
    expect(await inbox(otherAdmin)).toEqual([]);
  });

  it('of a key is held to its organization and scope', async () => {
    const elsewhere = await tenancy.founder();
    await tenancy.addMember(elsewhere, elsewhere.teamId, founder.id, 'admin');
    const { id } = await file(asking, teamId);
    const inDefault = await file(asking, founder.teamId);
    const abroad = await file(asking, elsewhere.teamId);
    expect((await inbox(founder)).map((item) => item.id)).toEqual([abroad.id, inDefault.id, id]);
    const key = await tenancy.identity.createKey(founder.orgId);
    expect((await inbox(key)).map((item) => item.id)).toEqual([inDefault.id, id]);
    const scope = { kind: 'teams' as const, team_ids: [teamId] };
    expect(
      (await inbox(await tenancy.identity.createKey(founder.orgId, { scope }))).map((item) => item.id),
    ).toEqual([id]);
  });

  it('of one who administers nothing is empty', async () => {
    expectOk(await tenancy.call(await tenancy.memberOf(founder, teamId), 'GET', '/v1/me/inbox'), 200, {
      inbox: [],
    });
  });
});
