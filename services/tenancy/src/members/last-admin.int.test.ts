import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectError, expectOk } from '../../test/replies.ts';
import { type Bearer, type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

const refusal = 'default team must keep an admin';
const membersReply = z.object({ members: z.array(z.object({ user_id: z.string(), role: z.string() })) });

let tenancy: RunningTenancy;
let founder: Founder;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
});
beforeEach(async () => {
  founder = await tenancy.founder();
});
afterAll(() => tenancy?.stop());

type Departure = (by: Bearer, userId: string) => Promise<{ status: number }>;

/** The ways in which the Default Team can lose an admin. */
const departures: readonly (readonly [string, Departure])[] = [
  ['leaves', (by) => tenancy.call(by, 'DELETE', `/v1/me/teams/${founder.teamId}`)],
  ['is removed', (by, id) => tenancy.call(by, 'DELETE', `/v1/teams/${founder.teamId}/members/${id}`)],
  [
    'is removed from the organization',
    (by, id) => tenancy.call(by, 'DELETE', `/v1/orgs/${founder.orgId}/members/${id}`),
  ],
  [
    'is demoted',
    (by, id) => tenancy.call(by, 'PUT', `/v1/teams/${founder.teamId}/members/${id}/role`, { role: 'editor' }),
  ],
];

async function defaultTeam() {
  const rows = await tenancy.pool.query<{ userId: string; role: string }>(
    'SELECT user_id AS "userId", role FROM memberships WHERE team_id = $1 ORDER BY created_at',
    [founder.teamId],
  );
  return rows.rows;
}

describe.each(departures)('when the Default Team’s last admin %s', (_way, depart) => {
  it('it is refused while there are other members', async () => {
    await tenancy.memberOf(founder, founder.teamId);
    const reply = await depart(founder, founder.id);
    expect(reply).toMatchObject({ status: 409, body: { error: refusal } });
  });

  it('it is allowed when nobody else is in it', async () => {
    expect((await depart(founder, founder.id)).status).toBeLessThan(300);
  });

  it('it is allowed when there is another admin', async () => {
    await tenancy.memberOf(founder, founder.teamId, 'admin');
    expect((await depart(founder, founder.id)).status).toBeLessThan(300);
  });

  it('it is allowed to exactly one of two admins at once', async () => {
    const other = await tenancy.memberOf(founder, founder.teamId, 'admin');
    await tenancy.memberOf(founder, founder.teamId);
    const replies = await Promise.all([depart(founder, founder.id), depart(other, other.id)]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([expect.any(Number), 409]);
    expect((await defaultTeam()).filter(({ role }) => role === 'admin')).toHaveLength(1);
  });
});

it('admins who take the role from each other, in every way at once, always leave one', async () => {
  const admins: Bearer[] = [founder];
  const ids = [founder.id];
  for (let index = 0; index < 5; index++) {
    const admin = await tenancy.memberOf(founder, founder.teamId, 'admin');
    admins.push(admin);
    ids.push(admin.id);
  }
  const attempts = ids.flatMap((id, target) =>
    departures.map(([, depart], way) => {
      const by = way === 0 ? target : (target + way) % admins.length;
      return depart(admins[by] ?? founder, id);
    }),
  );
  const statuses = (await Promise.all(attempts)).map(({ status }) => status);
  expect(statuses.every((status) => [200, 204, 400, 403, 404, 409].includes(status))).toBe(true);
  const left = await defaultTeam();
  expect(left.length === 0 || left.some(({ role }) => role === 'admin')).toBe(true);
});

describe('an account that is deleted', () => {
  it('leaves everywhere, with its join requests; the organization and its teams remain', async () => {
    const user = await tenancy.founder();
    const teamId = await tenancy.createTeam(founder, founder.orgId);
    await tenancy.addMember(founder, teamId, user.id);
    const elsewhere = await tenancy.founder();
    await tenancy.call(user, 'POST', `/v1/teams/${elsewhere.teamId}/join-requests`);
    await tenancy.identity.delete(user.id);

    expectError(await tenancy.call(user, 'GET', '/v1/me/orgs'), 401, 'unauthorized');
    expectOk(await tenancy.call(elsewhere, 'GET', '/v1/me/inbox'), 200, { inbox: [] });
    const members = await tenancy.call(founder, 'GET', `/v1/teams/${teamId}/members`);
    expect(membersReply.parse(members.body).members).toEqual([{ user_id: founder.id, role: 'admin' }]);
    const { rows } = await tenancy.pool.query('SELECT name FROM teams WHERE id = $1 AND deleted_at IS NULL', [
      user.teamId,
    ]);
    expect(rows).toEqual([{ name: 'Default Team' }]);
  });

  it('as the last admin of a Default Team makes the member of longest standing its admin, and says so', async () => {
    const eldest = await tenancy.memberOf(founder, founder.teamId, 'viewer');
    await tenancy.memberOf(founder, founder.teamId);
    await tenancy.identity.delete(founder.id);
    expect(await tenancy.call(eldest, 'GET', '/v1/me/orgs')).toMatchObject({
      body: { organizations: [{ id: founder.orgId, role: 'ADMIN' }] },
    });
    const audit = await tenancy.call(eldest, 'GET', `/v1/orgs/${founder.orgId}/audit?limit=2`);
    expect(audit.body).toMatchObject({
      entries: [
        {
          action: 'member.role_changed',
          actor: { kind: 'system', user_id: null, api_key_id: null },
          user_id: eldest.id,
          details: { from: 'viewer', to: 'admin' },
        },
        { action: 'member.account_deleted', user_id: founder.id },
      ],
    });
  });

  it('while others are added to its organizations and it is added to others’ leaves no membership behind', async () => {
    const user = await tenancy.founder();
    await Promise.all([
      tenancy.identity.delete(user.id),
      ...Array.from({ length: 4 }, async () => {
        const teamId = await tenancy.createTeam(founder, founder.orgId);
        await tenancy.call(founder, 'POST', `/v1/teams/${teamId}/members`, { user_id: user.id });
      }),
    ]);
    await tenancy.call(founder, 'GET', '/v1/me/orgs');
    const { rows } = await tenancy.pool.query('SELECT 1 FROM memberships WHERE user_id = $1', [user.id]);
    expect(rows).toEqual([]);
    const parked = await tenancy.pool.query('SELECT 1 FROM saga_parked');
    expect(parked.rows).toEqual([]);
  });
});
