import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectError, expectOk } from '../../test/replies.ts';
import { type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

const teamReply = z.strictObject({
  team: z.strictObject({
    id: z.guid(),
    org_id: z.guid(),
    name: z.string(),
    created_at: z.iso.datetime(),
    is_default: z.boolean(),
  }),
});

let tenancy: RunningTenancy;
let founder: Founder;
let outsider: Founder;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
  founder = await tenancy.founder();
  outsider = await tenancy.founder();
});
afterAll(() => tenancy?.stop());

async function createTeam(name: string, by = founder) {
  const reply = await tenancy.call(by, 'POST', `/v1/orgs/${by.orgId}/teams`, { name });
  expect(reply).toMatchObject({ status: 201 });
  return teamReply.parse(reply.body).team;
}

const uniqueName = () => `Team ${randomUUID()}`;

describe('creating a team', () => {
  it('answers with it, and makes the caller its admin', async () => {
    const name = uniqueName();
    const team = await createTeam(name);
    expect(team).toMatchObject({ org_id: founder.orgId, name });
    const members = await tenancy.call(founder, 'GET', `/v1/teams/${team.id}/members`);
    expect(members.body).toMatchObject({ members: [{ user_id: founder.id, role: 'admin' }], total: 1 });
  });

  it('refuses in the order of the contract', async () => {
    const send = (orgId: string, body: unknown, by = founder) =>
      tenancy.call(by, 'POST', `/v1/orgs/${orgId}/teams`, body);
    const taken = await createTeam(uniqueName());
    expectError(await send('x', 'no object', outsider), 400, 'invalid id');
    expectError(await send(randomUUID(), 'no object', outsider), 404, 'organization not found');
    expectError(await send(founder.orgId, 'no object', outsider), 403, 'forbidden');
    expectError(await send(founder.orgId, 'no object'), 400, 'invalid request body');
    expectError(await send(founder.orgId, { name: 'a', org_id: '' }), 400, 'invalid request body');
    expectError(await send(founder.orgId, { name: ' ' }), 400, 'name is required');
    expectError(
      await send(founder.orgId, { name: 'x'.repeat(256) }),
      400,
      'name must be at most 255 characters',
    );
    const conflict = await send(founder.orgId, { name: taken.name.toUpperCase() });
    expectError(conflict, 409, 'team name already exists under this organization');
  });

  it('with one name at once succeeds once; another organization may use the name', async () => {
    const name = uniqueName();
    const replies = await Promise.all(
      Array.from({ length: 5 }, () =>
        tenancy.call(founder, 'POST', `/v1/orgs/${founder.orgId}/teams`, { name }),
      ),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
    await createTeam(name, outsider);
  });

  it('by a key makes its acting user the admin', async () => {
    const key = await tenancy.identity.createKey(founder.orgId, { operation: 'admin' });
    const teamId = await tenancy.createTeam(key, founder.orgId);
    const members = await tenancy.call(founder, 'GET', `/v1/teams/${teamId}/members`);
    expect(members.body).toMatchObject({ members: [{ user_id: founder.id, role: 'admin' }] });
  });
});

it('teams are listed by name, all of them, to every member', async () => {
  const owner = await tenancy.founder();
  for (const name of ['b', 'a', 'C']) await createTeam(name, owner);
  const member = await tenancy.memberOf(owner, owner.teamId);
  const reply = await tenancy.call(member, 'GET', `/v1/orgs/${owner.orgId}/teams`);
  const listed = teamReply.shape.team.extend({ member_count: z.int(), is_join_requested: z.boolean() });
  const { teams } = z.object({ teams: z.array(listed) }).parse(reply.body);
  expect(teams.map(({ name }) => name)).toEqual(['C', 'Default Team', 'a', 'b']);
  expectError(
    await tenancy.call(member, 'GET', `/v1/orgs/${randomUUID()}/teams`),
    404,
    'organization not found',
  );
  expectError(await tenancy.call(outsider, 'GET', `/v1/orgs/${owner.orgId}/teams`), 403, 'forbidden');
});

describe('updating a team', () => {
  it('renames it, by an editor, too; it keeps its organization', async () => {
    const team = await createTeam(uniqueName());
    const editor = await tenancy.memberOf(founder, team.id);
    for (const org_id of [undefined, null, founder.orgId]) {
      const name = uniqueName();
      const reply = await tenancy.call(editor, 'PUT', `/v1/teams/${team.id}`, { name, org_id });
      expectOk(reply, 200, { team: { ...team, name } });
    }
  });

  it('moves it with its members to an organization that the caller administers', async () => {
    const team = await createTeam(uniqueName());
    const member = await tenancy.memberOf(founder, team.id, 'viewer');
    await tenancy.addMember(outsider, outsider.teamId, founder.id, 'admin');
    const body = { name: team.name, org_id: outsider.orgId };
    const reply = await tenancy.call(founder, 'PUT', `/v1/teams/${team.id}`, body);
    expectOk(reply, 200, { team: { ...team, org_id: outsider.orgId } });
    const orgs = await tenancy.call(member, 'GET', '/v1/me/orgs');
    expect(orgs.body).toMatchObject({ organizations: [{ id: outsider.orgId, role: 'MEMBER' }] });
    const people = await tenancy.call(founder, 'GET', `/v1/orgs/${outsider.orgId}/people`);
    expect(people.body).toMatchObject({ total: 3 });
    await tenancy.call(outsider, 'DELETE', `/v1/orgs/${outsider.orgId}/members/${founder.id}`);
  });

  it('refuses in the order of the contract', async () => {
    const team = await createTeam(uniqueName());
    const other = await createTeam(uniqueName());
    const viewer = await tenancy.memberOf(founder, team.id, 'viewer');
    const send = (id: string, body: unknown, by: { token: string } = founder) =>
      tenancy.call(by, 'PUT', `/v1/teams/${id}`, body);
    expectError(await send('x', 'no object', viewer), 400, 'invalid id');
    expectError(await send(randomUUID(), 'no object', viewer), 404, 'team not found');
    expectError(await send(team.id, 'no object', viewer), 403, 'forbidden');
    expectError(await send(team.id, 'no object'), 400, 'invalid request body');
    expectError(await send(team.id, { name: 'a', org_id: '' }), 400, 'invalid request body');
    expectError(await send(team.id, { org_id: randomUUID() }), 400, 'name is required');
    expectError(await send(team.id, { name: 'a', org_id: randomUUID() }), 404, 'organization not found');
    expectError(await send(team.id, { name: 'a', org_id: outsider.orgId }), 403, 'forbidden');
    const conflict = 'team name already exists under this organization';
    expectError(await send(team.id, { name: other.name.toUpperCase() }), 409, conflict);
  });

  it('looks for the name in the organization that it moves to', async () => {
    const owner = await tenancy.founder();
    const team = await createTeam(uniqueName(), owner);
    await tenancy.addMember(outsider, outsider.teamId, owner.id, 'admin');
    await createTeam(team.name, outsider);
    const body = { name: team.name, org_id: outsider.orgId };
    const reply = await tenancy.call(owner, 'PUT', `/v1/teams/${team.id}`, body);
    expectError(reply, 409, 'team name already exists under this organization');
  });

  it('never moves the Default Team, whatever it is called; renaming it changes no right', async () => {
    const owner = await tenancy.founder();
    await tenancy.addMember(outsider, outsider.teamId, owner.id, 'admin');
    const rename = await tenancy.call(owner, 'PUT', `/v1/teams/${owner.teamId}`, { name: 'Headquarters' });
    expect(rename).toMatchObject({ status: 200 });
    const impostor = await createTeam('Default Team', owner);
    const body = { name: 'Moved', org_id: outsider.orgId };
    const move = await tenancy.call(owner, 'PUT', `/v1/teams/${owner.teamId}`, body);
    expectError(move, 409, 'default team cannot be moved');
    const remove = await tenancy.call(owner, 'DELETE', `/v1/teams/${owner.teamId}`);
    expectError(remove, 409, 'default team cannot be deleted');
    const admin = await tenancy.memberOf(owner, impostor.id, 'admin');
    expectError(await tenancy.call(admin, 'DELETE', `/v1/orgs/${owner.orgId}`), 403, 'forbidden');
  });

  it('in opposite directions at once ends without a deadlock', async () => {
    const [one, two] = await Promise.all([tenancy.founder(), tenancy.founder()]);
    await tenancy.addMember(one, one.teamId, two.id, 'admin');
    await tenancy.addMember(two, two.teamId, one.id, 'admin');
    const here = await Promise.all(Array.from({ length: 4 }, () => createTeam(uniqueName(), one)));
    const there = await Promise.all(Array.from({ length: 4 }, () => createTeam(uniqueName(), two)));
    const move = (id: string, org_id: string) =>
      tenancy.call(one, 'PUT', `/v1/teams/${id}`, { name: uniqueName(), org_id });
    const replies = await Promise.all([
      ...here.map(({ id }) => move(id, two.orgId)),
      ...there.map(({ id }) => move(id, one.orgId)),
    ]);
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
  });
});

describe('deleting a team', () => {
  it('ends it for every reader at once', async () => {
    const team = await createTeam(uniqueName());
    const editor = await tenancy.memberOf(founder, team.id);
    expectOk(await tenancy.call(editor, 'DELETE', `/v1/teams/${team.id}`), 204);
    expectOk(await tenancy.call(editor, 'GET', '/v1/me/teams'), 200, { teams: [] });
    expectError(await tenancy.call(founder, 'DELETE', `/v1/teams/${team.id}`), 404, 'team not found');
    const leave = await tenancy.call(editor, 'DELETE', `/v1/me/teams/${team.id}`);
    expectError(leave, 404, 'user is not a member of this team');
    await createTeam(team.name);
  });

  it('refuses in the order of the contract', async () => {
    const team = await createTeam(uniqueName());
    expectError(await tenancy.call(outsider, 'DELETE', '/v1/teams/x'), 400, 'invalid id');
    expectError(await tenancy.call(outsider, 'DELETE', `/v1/teams/${randomUUID()}`), 404, 'team not found');
    expectError(await tenancy.call(outsider, 'DELETE', `/v1/teams/${team.id}`), 403, 'forbidden');
    const remove = await tenancy.call(founder, 'DELETE', `/v1/teams/${founder.teamId}`);
    expectError(remove, 409, 'default team cannot be deleted');
  });
});

describe('the list of an organization', () => {
  it('tells how many members each team has, and whether the caller has asked to join it', async () => {
    const team = await createTeam(uniqueName());
    const [viewer, other] = [
      await tenancy.memberOf(founder, founder.teamId, 'viewer'),
      await tenancy.memberOf(founder, team.id),
    ];
    const seenBy = async (by: { readonly token: string }) => {
      const { body } = await tenancy.call(by, 'GET', `/v1/orgs/${founder.orgId}/teams`);
      const { teams } = z.object({ teams: z.array(z.looseObject({ id: z.string() })) }).parse(body);
      return teams.find(({ id }) => id === team.id);
    };
    expect(await seenBy(viewer)).toMatchObject({ member_count: 2, is_join_requested: false });
    await tenancy.call(viewer, 'POST', `/v1/teams/${team.id}/join-requests`);
    expect(await seenBy(viewer)).toMatchObject({ member_count: 2, is_join_requested: true });
    // Of others nothing is told.
    expect(await seenBy(other)).toMatchObject({ is_join_requested: false });
  });
});
