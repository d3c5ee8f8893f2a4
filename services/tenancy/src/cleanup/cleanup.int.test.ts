import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insertCrowd } from '../../test/crowd.ts';
import { type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

let tenancy: RunningTenancy;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
});
afterAll(() => tenancy?.stop());

async function count(sql: string, ...values: string[]): Promise<number> {
  const { rows } = await tenancy.pool.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM ${sql}`,
    values,
  );
  return rows[0]?.total ?? 0;
}

const rowsOf = ({ orgId }: Founder) => count('organizations WHERE id = $1', orgId);
const membershipsOf = ({ teamId }: Founder) => count('memberships WHERE team_id = $1', teamId);
const tombstonesOf = ({ teamId }: Founder) =>
  count(`outbox WHERE deleted AND subject LIKE 'px0.state.tenancy.membership.' || $1 || '.%'`, teamId);

describe('a deleted organization with many members', () => {
  const CROWD = 1_000;
  let founder: Founder;
  let secondTeam: string;

  beforeAll(async () => {
    founder = await tenancy.founder();
    secondTeam = await tenancy.createTeam(founder, founder.orgId);
    await insertCrowd(tenancy.pool, founder.teamId, CROWD);
    await insertCrowd(tenancy.pool, secondTeam, CROWD / 2);
    const asking = await tenancy.founder();
    await tenancy.call(asking, 'POST', `/v1/teams/${secondTeam}/join-requests`);
  });

  it('is gone at once; what was in it is removed by steps, also by the next process; nobody waits', async () => {
    const neighbour = await tenancy.founder();
    expect(await tenancy.call(founder, 'DELETE', `/v1/orgs/${founder.orgId}`)).toMatchObject({ status: 204 });
    expect(await tenancy.call(founder, 'GET', '/v1/me/orgs')).toMatchObject({ body: { organizations: [] } });

    await eventually(async () => (await membershipsOf(founder)) < CROWD);
    await tenancy.stopService();
    const left = await membershipsOf(founder);
    expect(left).toBeGreaterThan(0);
    expect(await rowsOf(founder)).toBe(1);

    await tenancy.startService();
    await tenancy.createTeam(neighbour, neighbour.orgId);
    await eventually(async () => (await rowsOf(founder)) === 0, { timeoutMs: 60_000 });
    expect(await membershipsOf(founder)).toBe(0);
    expect(await count('teams WHERE org_id = $1', founder.orgId)).toBe(0);
    expect(await count('join_requests WHERE team_id = $1', secondTeam)).toBe(0);
  });

  it('was told to the other services: the organization first, then teams and memberships, one tombstone each', async () => {
    expect(await tombstonesOf(founder)).toBe(CROWD + 1);
    const { rows } = await tenancy.pool.query<{ subject: string; deleted: boolean }>(
      `SELECT subject, deleted FROM outbox
        WHERE subject IN ('px0.state.tenancy.organization.' || $1, 'px0.state.tenancy.team.' || $2,
                          'px0.state.tenancy.team.' || $3) AND deleted
        ORDER BY changed_at`,
      [founder.orgId, founder.teamId, secondTeam],
    );
    expect(rows[0]?.subject).toContain('.organization.');
    expect(rows).toHaveLength(3);
    await eventually(async () => (await count('outbox WHERE published_revision < revision')) === 0);
  });
});

it('a deleted team’s rows go, its organization’s other rows stay', async () => {
  const founder = await tenancy.founder();
  const teamId = await tenancy.createTeam(founder, founder.orgId);
  const member = await tenancy.memberOf(founder, teamId);
  await tenancy.call(founder, 'DELETE', `/v1/teams/${teamId}`);
  await eventually(async () => (await count('teams WHERE id = $1', teamId)) === 0);
  expect(await count('memberships WHERE team_id = $1', teamId)).toBe(0);
  expect(await membershipsOf(founder)).toBe(1);
  expect(await count('users WHERE id = $1 AND deleted_at IS NULL', member.id)).toBe(1);
});

it('what was deleted while no process ran is found at the next start', async () => {
  const founder = await tenancy.founder();
  await tenancy.stopService();
  await tenancy.pool.query('UPDATE organizations SET deleted_at = now() WHERE id = $1', [founder.orgId]);
  await tenancy.startService();
  await eventually(async () => (await rowsOf(founder)) === 0);
});

it('what another process deleted, and told nobody of, is found while this one runs', async () => {
  const founder = await tenancy.founder();
  await tenancy.pool.query('UPDATE organizations SET deleted_at = now() WHERE id = $1', [founder.orgId]);
  await eventually(async () => (await rowsOf(founder)) === 0);
});
