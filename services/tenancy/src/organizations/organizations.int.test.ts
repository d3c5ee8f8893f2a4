import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectError, expectOk } from '../../test/replies.ts';
import { type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

const organization = z.strictObject({ id: z.guid(), name: z.string(), created_at: z.iso.datetime() });
const orgReply = z.strictObject({ org: organization });

let tenancy: RunningTenancy;
let creator: Founder;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
  creator = await tenancy.founder({ is_admin: true });
});
afterAll(() => tenancy?.stop());

const uniqueName = (text = 'Org') => `${text} ${randomUUID()}`;

async function createOrg(name: string, by = creator) {
  const reply = await tenancy.call(by, 'POST', '/v1/orgs', { name });
  expect(reply).toMatchObject({ status: 201 });
  return orgReply.parse(reply.body).org;
}

describe('creating an organization', () => {
  it('answers with it, and makes the caller admin of its Default Team', async () => {
    const name = uniqueName();
    const org = await createOrg(name);
    expect(org.name).toBe(name);
    const mine = await tenancy.call(creator, 'GET', '/v1/me/orgs');
    expect(mine.body).toMatchObject({
      organizations: [
        { name: 'Default Org', role: 'ADMIN' },
        { ...org, role: 'ADMIN' },
      ],
    });
    const teams = await tenancy.call(creator, 'GET', `/v1/orgs/${org.id}/teams`);
    expect(teams.body).toMatchObject({ teams: [{ org_id: org.id, name: 'Default Team' }] });
  });

  it('refuses in the order of the contract', async () => {
    const plain = await tenancy.founder();
    await createOrg('Taken');
    const send = (body: unknown, by = creator) => tenancy.call(by, 'POST', '/v1/orgs', body);
    expectError(await send('not an object', plain), 403, 'forbidden');
    expectError(await send('not an object'), 400, 'invalid request body');
    expectError(await send({ name: 7 }), 400, 'invalid request body');
    expectError(await send({ name: 'a\0b' }), 400, 'invalid request body');
    for (const name of [undefined, null, '', '   '])
      expectError(await send({ name }), 400, 'name is required');
    expectError(await send({ name: 'x'.repeat(256) }), 400, 'name must be at most 255 characters');
    expectError(await send({ name: 'tAKEN' }), 409, 'organization name already exists');
  });

  it('finds the name of registration taken, however it is spelled', async () => {
    for (const name of ['Default Org', 'DEFAULT ORG']) {
      const reply = await tenancy.call(creator, 'POST', '/v1/orgs', { name });
      expectError(reply, 409, 'organization name already exists');
    }
  });

  it('with one name at once succeeds once', async () => {
    const name = uniqueName();
    const spellings = [name, name.toUpperCase(), name.toLowerCase(), name, name, name];
    const replies = await Promise.all(
      spellings.map((spelling) => tenancy.call(creator, 'POST', '/v1/orgs', { name: spelling })),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  it('by a key is judged by its acting user’s account, and refused to a key restricted to teams', async () => {
    const send = (token: string) => tenancy.call({ token }, 'POST', '/v1/orgs', { name: uniqueName() });
    const key = await tenancy.identity.createKey(creator.orgId);
    expect(await send(key.token)).toMatchObject({ status: 201 });
    const scope = { kind: 'teams' as const, team_ids: [creator.teamId] };
    const restricted = await tenancy.identity.createKey(creator.orgId, { scope });
    expectError(await send(restricted.token), 403, 'forbidden');
  });
});

describe('renaming an organization', () => {
  it('answers with the new name', async () => {
    const org = await createOrg(uniqueName());
    const name = uniqueName();
    expectOk(await tenancy.call(creator, 'PUT', `/v1/orgs/${org.id}`, { name }), 200, {
      org: { ...org, name },
    });
  });

  it('refuses in the order of the contract', async () => {
    const org = await createOrg(uniqueName());
    const other = await createOrg(uniqueName());
    const outsider = await tenancy.founder();
    const send = (id: string, body: unknown, by = creator) => tenancy.call(by, 'PUT', `/v1/orgs/${id}`, body);
    expectError(await send('x', 'no object', outsider), 400, 'invalid id');
    expectError(await send(randomUUID(), 'no object', outsider), 404, 'organization not found');
    expectError(await send(org.id, 'no object', outsider), 403, 'forbidden');
    expectError(await send(org.id, 'no object'), 400, 'invalid request body');
    expectError(await send(org.id, {}), 400, 'name is required');
    expectError(await send(org.id, { name: '😀'.repeat(256) }), 400, 'name must be at most 255 characters');
    const taken = other.name.toUpperCase();
    expectError(await send(org.id, { name: taken }), 409, 'organization name already exists');
  });

  it('to its own name succeeds, also in other letter case, and also as one of many Default Orgs', async () => {
    const org = await createOrg(uniqueName());
    for (const name of [org.name, org.name.toUpperCase()]) {
      expectOk(await tenancy.call(creator, 'PUT', `/v1/orgs/${org.id}`, { name }), 200, {
        org: { ...org, name },
      });
    }
    const same = await tenancy.call(creator, 'PUT', `/v1/orgs/${creator.orgId}`, { name: 'Default Org' });
    expect(same).toMatchObject({ status: 200, body: { org: { id: creator.orgId, name: 'Default Org' } } });
    const respelled = await tenancy.call(creator, 'PUT', `/v1/orgs/${creator.orgId}`, {
      name: 'default org',
    });
    expectError(respelled, 409, 'organization name already exists');
  });

  it('leaves the old name free', async () => {
    const org = await createOrg(uniqueName());
    await tenancy.call(creator, 'PUT', `/v1/orgs/${org.id}`, { name: uniqueName() });
    await createOrg(org.name);
  });
});

describe('deleting an organization', () => {
  it('ends it and everything in it for every reader at once; people remain', async () => {
    const founder = await tenancy.founder({ is_admin: true });
    const org = await createOrg(uniqueName(), founder);
    const teamId = await tenancy.createTeam(founder, org.id);
    const member = await tenancy.memberOf(founder, teamId);
    const asking = await tenancy.founder();
    const request = await tenancy.call(asking, 'POST', `/v1/teams/${teamId}/join-requests`);
    const requestId = z.object({ id: z.string() }).parse(request.body).id;
    expectOk(await tenancy.call(founder, 'DELETE', `/v1/orgs/${org.id}`), 204);

    expectError(
      await tenancy.call(founder, 'GET', `/v1/orgs/${org.id}/teams`),
      404,
      'organization not found',
    );
    expectError(
      await tenancy.call(founder, 'GET', `/v1/orgs/${org.id}/people`),
      404,
      'organization not found',
    );
    expectError(await tenancy.call(founder, 'DELETE', `/v1/orgs/${org.id}`), 404, 'organization not found');
    expectError(
      await tenancy.call(founder, 'PUT', `/v1/teams/${teamId}`, { name: 'x' }),
      404,
      'team not found',
    );
    expectError(await tenancy.call(founder, 'GET', `/v1/teams/${teamId}/members`), 403, 'forbidden');
    const resolve = await tenancy.call(founder, 'PUT', `/v1/join-requests/${requestId}`, {
      status: 'approved',
    });
    expectError(resolve, 404, 'join request not found');
    expectOk(await tenancy.call(founder, 'GET', '/v1/me/inbox'), 200, { inbox: [] });
    expectOk(await tenancy.call(member, 'GET', '/v1/me/orgs'), 200, { organizations: [] });
    expectOk(await tenancy.call(member, 'GET', '/v1/me/teams'), 200, { teams: [] });
  });

  it('leaves its name free', async () => {
    const org = await createOrg(uniqueName());
    await tenancy.call(creator, 'DELETE', `/v1/orgs/${org.id}`);
    await createOrg(org.name);
  });

  it('refuses in the order of the contract', async () => {
    const outsider = await tenancy.founder();
    expectError(await tenancy.call(outsider, 'DELETE', '/v1/orgs/x'), 400, 'invalid id');
    const unknown = await tenancy.call(outsider, 'DELETE', `/v1/orgs/${randomUUID()}`);
    expectError(unknown, 404, 'organization not found');
    expectError(await tenancy.call(outsider, 'DELETE', `/v1/orgs/${creator.orgId}`), 403, 'forbidden');
  });
});

describe('below tenancy’s prefixes', () => {
  it.each(['/v1/me', '/v1/orgs/a/b/c/d', '/v1/teams', '/v1/join-requests'])(
    'an unknown path (%s) is a 401 to anonymous callers, then a 404',
    async (path) => {
      expectError(await tenancy.call(undefined, 'GET', path), 401, 'unauthorized');
      expectError(await tenancy.call(creator, 'GET', path), 404, 'not found');
    },
  );

  it('a wrong method is a 405; paths know no letter case and no trailing slash; HEAD is GET', async () => {
    expectError(await tenancy.call(creator, 'PATCH', '/v1/me/orgs'), 405, 'method not allowed');
    expect(await tenancy.call(creator, 'GET', '/V1/Me/Orgs/')).toMatchObject({ status: 200 });
    expect(await tenancy.call(creator, 'HEAD', '/v1/me/orgs')).toMatchObject({
      status: 200,
      body: undefined,
    });
  });

  it('ids are read in any letter case and written in lower case', async () => {
    const reply = await tenancy.call(creator, 'GET', `/v1/orgs/${creator.orgId.toUpperCase()}/teams`);
    expect(reply.body).toMatchObject({ teams: [{ org_id: creator.orgId.toLowerCase() }] });
  });
});
