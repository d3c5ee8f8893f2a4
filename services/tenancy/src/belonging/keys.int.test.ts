/** What API keys may do in tenancy beyond the role matrix: in whose name they act, and how far they reach. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectError } from '../../test/replies.ts';
import { type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

let tenancy: RunningTenancy;
let founder: Founder;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
});
beforeEach(async () => {
  founder = await tenancy.founder();
});
afterAll(() => tenancy?.stop());

describe('the acting user of a key', () => {
  it('is the verified admin of the Default Team whose membership is the oldest', async () => {
    const second = await tenancy.memberOf(founder, founder.teamId, 'admin');
    await tenancy.memberOf(founder, founder.teamId, 'admin');
    const key = await tenancy.identity.createKey(founder.orgId);
    await tenancy.identity.change(founder.id, { is_verified: false });
    const teamId = await tenancy.createTeam(key, founder.orgId);
    const members = await tenancy.call(second, 'GET', `/v1/teams/${teamId}/members`);
    expect(members.body).toMatchObject({ members: [{ user_id: second.id }] });
  });

  it('when there is none, the key is refused after the path was read', async () => {
    const key = await tenancy.identity.createKey(founder.orgId);
    await tenancy.identity.change(founder.id, { is_verified: false });
    expectError(await tenancy.call(key, 'GET', '/v1/me/orgs'), 401, 'unauthorized');
    expectError(await tenancy.call(key, 'GET', '/v1/orgs/x/teams'), 400, 'invalid id');
    expectError(await tenancy.call(key, 'GET', `/v1/orgs/${randomUUID()}/teams`), 401, 'unauthorized');
    const readOnly = await tenancy.identity.createKey(founder.orgId, { operation: 'read_render' });
    expectError(await tenancy.call(readOnly, 'GET', '/v1/orgs/x/teams'), 403, 'forbidden');
  });
});

describe('a key', () => {
  it('lists what its acting user belongs to in its own organization only', async () => {
    const elsewhere = await tenancy.founder();
    await tenancy.addMember(elsewhere, elsewhere.teamId, founder.id, 'admin');
    const key = await tenancy.identity.createKey(founder.orgId);
    expect(await tenancy.call(key, 'GET', '/v1/me/orgs')).toMatchObject({
      status: 200,
      body: { organizations: [{ id: founder.orgId, role: 'ADMIN' }] },
    });
    expect(await tenancy.call(key, 'GET', '/v1/me/teams')).toMatchObject({
      body: { teams: [{ id: founder.teamId }] },
    });
    const mine = await tenancy.call(founder, 'GET', '/v1/me/teams');
    expect(mine.body).toMatchObject({ teams: [{ id: founder.teamId }, { id: elsewhere.teamId }] });
  });

  it('has no right in another organization, even where its acting user has; what is unknown stays a 404', async () => {
    const elsewhere = await tenancy.founder();
    await tenancy.addMember(elsewhere, elsewhere.teamId, founder.id, 'admin');
    const key = await tenancy.identity.createKey(founder.orgId);
    expectError(await tenancy.call(key, 'GET', `/v1/orgs/${elsewhere.orgId}/teams`), 403, 'forbidden');
    expectError(
      await tenancy.call(key, 'PUT', `/v1/teams/${elsewhere.teamId}`, { name: 'x' }),
      403,
      'forbidden',
    );
    expectError(await tenancy.call(key, 'GET', `/v1/teams/${elsewhere.teamId}/members`), 403, 'forbidden');
    expectError(
      await tenancy.call(key, 'GET', `/v1/orgs/${randomUUID()}/teams`),
      404,
      'organization not found',
    );
    expectError(await tenancy.call(key, 'DELETE', `/v1/teams/${randomUUID()}`), 404, 'team not found');
    const teamId = await tenancy.createTeam(founder, founder.orgId);
    const move = await tenancy.call(key, 'PUT', `/v1/teams/${teamId}`, {
      name: 'x',
      org_id: elsewhere.orgId,
    });
    expectError(move, 403, 'forbidden');
  });

  it('restricted to teams keeps the rest of its scope when one of them is deleted, and dies with the last', async () => {
    const [one, two] = [
      await tenancy.createTeam(founder, founder.orgId),
      await tenancy.createTeam(founder, founder.orgId),
    ];
    const scope = { kind: 'teams' as const, team_ids: [one, two] };
    const key = await tenancy.identity.createKey(founder.orgId, { scope });
    const list = (id: string) => tenancy.call(key, 'GET', `/v1/teams/${id}/members`);
    expect(await list(one)).toMatchObject({ status: 200 });
    await tenancy.call(founder, 'DELETE', `/v1/teams/${one}`);
    expect(await list(two)).toMatchObject({ status: 200 });
    await tenancy.call(founder, 'DELETE', `/v1/teams/${two}`);
    expectError(await list(two), 401, 'unauthorized');
  });

  it('dies with its organization', async () => {
    const key = await tenancy.identity.createKey(founder.orgId);
    expect(await tenancy.call(key, 'GET', '/v1/me/orgs')).toMatchObject({ status: 200 });
    await tenancy.call(founder, 'DELETE', `/v1/orgs/${founder.orgId}`);
    expectError(await tenancy.call(key, 'GET', '/v1/me/orgs'), 401, 'unauthorized');
  });
});

describe('credentials', () => {
  it.each([
    ['no header', undefined],
    ['another scheme', 'Basic abc'],
    ['the scheme in lower case', 'bearer TOKEN'],
    ['two spaces', 'Bearer  TOKEN'],
    ['a bare token', 'TOKEN'],
    ['nonsense', 'Bearer sess_nonsense'],
  ])('%s: 401', async (_name, header) => {
    const headers = header === undefined ? {} : { authorization: header.replace('TOKEN', founder.token) };
    expectError(await tenancy.send('GET', '/v1/me/orgs', { headers }), 401, 'unauthorized');
  });

  it('of a session that was ended are refused by the very next request', async () => {
    await tenancy.identity.change(founder.id, { sessions: { floor: 2, revoked: [] } });
    expectError(await tenancy.call(founder, 'GET', '/v1/me/orgs'), 401, 'unauthorized');
  });
});
