import { randomUUID } from 'node:crypto';
import type { PlayedUser } from '@px0/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectError, expectOk } from '../../test/replies.ts';
import { type Bearer, type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

const memberSchema = z.strictObject({
  user_id: z.guid(),
  email: z.string(),
  role: z.enum(['admin', 'editor', 'viewer']),
  created_at: z.iso.datetime(),
});
const membersReply = z.strictObject({
  members: z.array(memberSchema),
  page: z.int(),
  limit: z.int(),
  total: z.int(),
});

let tenancy: RunningTenancy;
let founder: Founder;
let outsider: Founder;
let teamId: string;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
  outsider = await tenancy.founder();
});
beforeEach(async () => {
  founder = await tenancy.founder();
  teamId = await tenancy.createTeam(founder, founder.orgId);
});
afterAll(() => tenancy?.stop());

async function members(by: Bearer, id: string, query = '') {
  return membersReply.parse((await tenancy.call(by, 'GET', `/v1/teams/${id}/members${query}`)).body);
}

async function rolesIn(id: string): Promise<Record<string, string>> {
  const { members: list } = await members(founder, id);
  return Object.fromEntries(list.map(({ user_id, role }) => [user_id, role]));
}

const role = (by: Bearer, id: string, user: PlayedUser, body: unknown) =>
  tenancy.call(by, 'PUT', `/v1/teams/${id}/members/${user.id}/role`, body);
const remove = (by: Bearer, id: string, user: { id: string }) =>
  tenancy.call(by, 'DELETE', `/v1/teams/${id}/members/${user.id}`);

describe('listing members', () => {
  it('pages by ten, the oldest membership first, whatever limit is asked for', async () => {
    const joined = [founder.id];
    for (let index = 0; index < 12; index++) joined.push((await tenancy.memberOf(founder, teamId)).id);
    const first = await members(founder, teamId, '?limit=3');
    expect(first).toMatchObject({ page: 1, limit: 10, total: 13 });
    const second = await members(founder, teamId, '?page=2');
    expect(second).toMatchObject({ page: 2, limit: 10, total: 13 });
    expect([...first.members, ...second.members].map(({ user_id }) => user_id)).toEqual(joined);
    for (const page of ['3', '99999999999999999999']) {
      expect(await members(founder, teamId, `?page=${page}`)).toMatchObject({ members: [], total: 13 });
    }
    for (const page of ['0', '-1', 'x', '1.5', '']) {
      expect(await members(founder, teamId, `?page=${page}`)).toEqual(first);
    }
  });

  it('shows addresses as identity has them now', async () => {
    const user = await tenancy.memberOf(founder, teamId);
    await tenancy.identity.change(user.id, { email: 'new@example.com' });
    expect((await members(founder, teamId)).members[1]).toMatchObject({
      user_id: user.id,
      email: 'new@example.com',
    });
  });

  it('is forbidden for a team that does not exist, as for one that is not the caller’s', async () => {
    for (const id of [randomUUID(), teamId]) {
      expectError(await tenancy.call(outsider, 'GET', `/v1/teams/${id}/members`), 403, 'forbidden');
    }
    expectError(await tenancy.call(outsider, 'GET', '/v1/teams/x/members'), 400, 'invalid id');
  });
});

describe('adding a member', () => {
  it('makes any user an editor, and leaves a member as they are', async () => {
    const user = await tenancy.founder({ is_verified: false });
    const add = () => tenancy.call(founder, 'POST', `/v1/teams/${teamId}/members`, { user_id: user.id });
    expectOk(await add(), 204);
    expect(await rolesIn(teamId)).toEqual({ [founder.id]: 'admin', [user.id]: 'editor' });
    await role(founder, teamId, user, { role: 'viewer' });
    expectOk(await add(), 204);
    expect(await rolesIn(teamId)).toEqual({ [founder.id]: 'admin', [user.id]: 'viewer' });
  });

  it('tells the other services who did it; of somebody who asked to join it says nothing', async () => {
    const [added, asking] = [await tenancy.founder(), await tenancy.founder()];
    await tenancy.addMember(founder, teamId, added.id, 'viewer');
    const request = await tenancy.call(asking, 'POST', `/v1/teams/${teamId}/join-requests`);
    const { id } = z.object({ id: z.string() }).parse(request.body);
    await tenancy.call(founder, 'PUT', `/v1/join-requests/${id}`, { status: 'approved' });
    const addedBy = async (user: { readonly id: string }) => {
      const { rows } = await tenancy.pool.query<{ by: string | null }>(
        'SELECT added_by AS by FROM memberships WHERE team_id = $1 AND user_id = $2',
        [teamId, user.id],
      );
      return rows.map(({ by }) => by);
    };
    expect([await addedBy(added), await addedBy(asking), await addedBy(founder)]).toEqual([
      [founder.id],
      [null],
      [null],
    ]);
  });

  it('makes the first of an empty team its admin', async () => {
    await tenancy.call(founder, 'DELETE', `/v1/me/teams/${teamId}`);
    const user = await tenancy.identity.register();
    await tenancy.call(founder, 'POST', `/v1/teams/${teamId}/members`, { user_id: user.id });
    expect(await rolesIn(teamId)).toEqual({ [user.id]: 'admin' });
  });

  it('to an empty team by many at once makes one admin', async () => {
    await tenancy.call(founder, 'DELETE', `/v1/me/teams/${teamId}`);
    const users = await Promise.all(Array.from({ length: 6 }, () => tenancy.identity.register()));
    await Promise.all(users.map((user) => tenancy.addMember(founder, teamId, user.id)));
    expect(Object.values(await rolesIn(teamId)).toSorted()).toEqual([
      'admin',
      'editor',
      'editor',
      'editor',
      'editor',
      'editor',
    ]);
  });

  it('refuses in the order of the contract', async () => {
    const editor = await tenancy.memberOf(founder, teamId);
    const send = (id: string, body: unknown, by: Bearer = founder) =>
      tenancy.call(by, 'POST', `/v1/teams/${id}/members`, body);
    expectError(await send('x', 'no object', editor), 400, 'invalid id');
    expectError(await send(randomUUID(), 'no object', editor), 404, 'team not found');
    expectError(await send(teamId, 'no object', editor), 403, 'forbidden');
    expectError(await send(teamId, 'no object'), 400, 'invalid request body');
    expectError(await send(teamId, { user_id: '' }), 400, 'invalid request body');
    const nil = '00000000-0000-0000-0000-000000000000';
    for (const user_id of [undefined, null, nil]) {
      expectError(await send(teamId, { user_id }), 400, 'user_id is required');
    }
    expectError(await send(teamId, { user_id: randomUUID() }), 404, 'user to add not found');
    await tenancy.identity.delete(editor.id);
    expectError(await send(teamId, { user_id: editor.id }), 404, 'user to add not found');
  });
});

describe('removing a member', () => {
  it('ends the membership; a user of another team of the organization is no error', async () => {
    const user = await tenancy.memberOf(founder, teamId);
    const elsewhere = await tenancy.memberOf(founder, founder.teamId);
    expectOk(await remove(founder, teamId, user), 204);
    expectOk(await remove(founder, teamId, elsewhere), 204);
    expect(await rolesIn(teamId)).toEqual({ [founder.id]: 'admin' });
    expect(await rolesIn(founder.teamId)).toEqual({ [founder.id]: 'admin', [elsewhere.id]: 'editor' });
    expectError(await tenancy.call(user, 'GET', `/v1/teams/${teamId}/members`), 403, 'forbidden');
  });

  it('refuses in the order of the contract', async () => {
    const editor = await tenancy.memberOf(founder, teamId);
    expectError(await remove(editor, 'x', { id: 'y' }), 400, 'invalid id');
    expectError(await remove(editor, randomUUID(), { id: 'y' }), 400, 'invalid id');
    expectError(await remove(editor, randomUUID(), editor), 404, 'team not found');
    expectError(await remove(editor, teamId, founder), 403, 'forbidden');
    expectError(await remove(founder, teamId, outsider), 400, 'user is not a member of this organization');
  });
});

describe('removing somebody from the organization', () => {
  it('ends all their memberships in it, and no other', async () => {
    await tenancy.addMember(founder, teamId, outsider.id);
    await tenancy.addMember(founder, founder.teamId, outsider.id);
    const path = `/v1/orgs/${founder.orgId}/members/${outsider.id}`;
    expectOk(await tenancy.call(founder, 'DELETE', path), 204);
    const orgs = await tenancy.call(outsider, 'GET', '/v1/me/orgs');
    expect(orgs.body).toMatchObject({ organizations: [{ id: outsider.orgId }] });
    expectError(
      await tenancy.call(founder, 'DELETE', path),
      404,
      'user is not a member of this organization',
    );
  });

  it('refuses in the order of the contract', async () => {
    const send = (orgId: string, userId: string, by: Bearer = outsider) =>
      tenancy.call(by, 'DELETE', `/v1/orgs/${orgId}/members/${userId}`);
    expectError(await send('x', 'y'), 400, 'invalid id');
    expectError(await send(randomUUID(), 'y'), 400, 'invalid id');
    expectError(await send(randomUUID(), founder.id), 404, 'organization not found');
    expectError(await send(founder.orgId, founder.id), 403, 'forbidden');
    await tenancy.memberOf(founder, founder.teamId);
    expectError(await send(founder.orgId, founder.id, founder), 409, 'default team must keep an admin');
  });
});

describe('changing a role', () => {
  it('answers with a message, and takes any of the three roles', async () => {
    const user = await tenancy.memberOf(founder, teamId);
    for (const name of ['viewer', 'admin', 'editor', 'editor']) {
      expectOk(await role(founder, teamId, user, { role: name }), 200, {
        message: 'role updated successfully',
      });
      expect((await rolesIn(teamId))[user.id]).toBe(name);
    }
  });

  it('of oneself is allowed, down from the last admin of a team that is not the default one', async () => {
    await tenancy.memberOf(founder, teamId);
    expect(await role(founder, teamId, founder, { role: 'viewer' })).toMatchObject({ status: 200 });
  });

  it('refuses in the order of the contract', async () => {
    const editor = await tenancy.memberOf(founder, teamId);
    expectError(await role(editor, 'x', editor, 'no object'), 400, 'invalid id');
    const badUser = await tenancy.call(
      editor,
      'PUT',
      `/v1/teams/${randomUUID()}/members/x/role`,
      'no object',
    );
    expectError(badUser, 400, 'invalid id');
    expectError(await role(editor, randomUUID(), editor, 'no object'), 404, 'team not found');
    expectError(await role(editor, teamId, editor, 'no object'), 403, 'forbidden');
    expectError(await role(founder, teamId, outsider, 'no object'), 400, 'invalid request body');
    const invalid = 'invalid role, must be admin, editor, or viewer';
    for (const name of [undefined, '', 'Admin', 'owner']) {
      expectError(await role(founder, teamId, outsider, { role: name }), 400, invalid);
    }
    const missing = await role(founder, teamId, outsider, { role: 'viewer' });
    expectError(missing, 404, 'team member relationship not found');
  });
});

describe('leaving a team', () => {
  it('ends the membership, also of its only admin', async () => {
    expectOk(await tenancy.call(founder, 'DELETE', `/v1/me/teams/${teamId}`), 204);
    const again = await tenancy.call(founder, 'DELETE', `/v1/me/teams/${teamId}`);
    expectError(again, 404, 'user is not a member of this team');
  });

  it('that does not exist is a 404; a bad id a 400', async () => {
    const unknown = await tenancy.call(founder, 'DELETE', `/v1/me/teams/${randomUUID()}`);
    expectError(unknown, 404, 'user is not a member of this team');
    expectError(await tenancy.call(founder, 'DELETE', '/v1/me/teams/x'), 400, 'invalid id');
  });
});
