import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectError, expectOk } from '../../test/replies.ts';
import { type Bearer, type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

const invitationSchema = z.strictObject({
  id: z.guid(),
  org_id: z.guid(),
  team_id: z.guid(),
  email: z.string(),
  role: z.enum(['admin', 'editor', 'viewer']),
  created_by: z.guid(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});
const createdSchema = z.strictObject({ invitation: invitationSchema, code: z.string() });
const listSchema = z.strictObject({ invitations: z.array(invitationSchema) });

let tenancy: RunningTenancy;
let founder: Founder;
let guest: Founder;
let teamId: string;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
});
beforeEach(async () => {
  [founder, guest] = [await tenancy.founder(), await tenancy.founder()];
  teamId = await tenancy.createTeam(founder, founder.orgId);
});
afterAll(() => tenancy?.stop());

const ask = (by: Bearer | undefined, body: unknown, id = teamId) =>
  tenancy.call(by, 'POST', `/v1/teams/${id}/invitations`, body);
const accept = (by: Bearer, code: unknown) => tenancy.call(by, 'POST', '/v1/invitations/accept', { code });
const revoke = (by: Bearer, id: string) => tenancy.call(by, 'DELETE', `/v1/invitations/${id}`);

async function invited(by: Bearer = founder, body: object = { email: 'grace@example.com' }, id = teamId) {
  const reply = await ask(by, body, id);
  expect(reply).toMatchObject({ status: 201 });
  return createdSchema.parse(reply.body);
}

async function listed(by: Bearer, orgId = founder.orgId) {
  return listSchema.parse((await tenancy.call(by, 'GET', `/v1/orgs/${orgId}/invitations`)).body).invitations;
}

async function roleOf(userId: string, id = teamId): Promise<string | undefined> {
  const { rows } = await tenancy.pool.query<{ role: string }>(
    'SELECT role FROM memberships WHERE team_id = $1 AND user_id = $2',
    [id, userId],
  );
  return rows[0]?.role;
}

describe('inviting', () => {
  it('gives a code once, of which the hash is kept', async () => {
    const { invitation, code } = await invited();
    expect(invitation).toMatchObject({
      org_id: founder.orgId,
      team_id: teamId,
      email: 'grace@example.com',
      role: 'editor',
      created_by: founder.id,
    });
    const week = Date.parse(invitation.expires_at) - Date.parse(invitation.created_at);
    expect(Math.round(week / 86_400_000)).toBe(7);
    expect(code).toMatch(/^inv_[0-9a-f]{40}$/);
    const { rows } = await tenancy.pool.query('SELECT * FROM invitations WHERE id = $1', [invitation.id]);
    expect(JSON.stringify(rows)).not.toContain(code.slice(4));
    expect(await listed(founder)).toEqual([invitation]);
  });

  it('refuses in order', async () => {
    expectError(await ask(founder, {}, 'x'), 400, 'invalid id');
    expectError(await ask(founder, {}, randomUUID()), 404, 'team not found');
    const editor = await tenancy.memberOf(founder, teamId);
    expectError(await ask(editor, { email: 'x' }), 403, 'forbidden');
    expectError(await ask(guest, { email: 'x' }), 403, 'forbidden');
    expectError(await ask(founder, { email: 7 }), 400, 'invalid request body');
    expectError(await ask(founder, {}), 400, 'email is required');
    expectError(await ask(founder, { email: 'grace' }), 400, 'invalid email format');
    expectError(
      await ask(founder, { email: 'g@example.com', role: 'owner' }),
      400,
      'invalid role, must be admin, editor, or viewer',
    );
    expectError(
      await ask(founder, { email: editor.email.toUpperCase() }),
      400,
      'already a member of this team',
    );
  });

  it('again, in whatever case, replaces the invitation before', async () => {
    const first = await invited();
    const second = await invited(founder, { email: 'Grace@Example.com', role: 'viewer' });
    expect(await listed(founder)).toEqual([second.invitation]);
    expectError(await accept(guest, first.code), 404, 'invitation not found');
    expect(await accept(guest, second.code)).toMatchObject({ status: 200 });
    expect(await roleOf(guest.id)).toBe('viewer');
  });

  it('ends at 500 that are pending in an organization', async () => {
    await tenancy.pool.query(
      `INSERT INTO invitations (id, team_id, email, role, code_hash, created_by, expires_at)
       SELECT gen_random_uuid(), $1::uuid, 'p' || n || '@example.com', 'editor', $1::uuid::text || n, $2::uuid, now() + interval '1 day'
         FROM generate_series(1, 500) n`,
      [teamId, founder.id],
    );
    expectError(
      await ask(founder, { email: 'grace@example.com' }),
      409,
      'too many pending invitations in this organization',
    );
    // One of them again is no further one.
    expect((await ask(founder, { email: 'p1@example.com' })).status).toBe(201);
  });
});

describe('accepting', () => {
  it('makes a member with the role of the invitation, once', async () => {
    const { invitation, code } = await invited(founder, { email: 'other@example.com', role: 'viewer' });
    const reply = await accept(guest, code);
    expect(reply).toMatchObject({ status: 200, body: { team: { id: teamId, org_id: founder.orgId } } });
    expect(await roleOf(guest.id)).toBe('viewer');
    expect(await listed(founder)).toEqual([]);
    expectError(await accept(await tenancy.founder(), code), 404, 'invitation not found');
    const { rows } = await tenancy.pool.query<{ action: string; details: object }>(
      `SELECT action, details FROM audit_entries WHERE team_id = $1 ORDER BY id DESC LIMIT 2`,
      [teamId],
    );
    expect(rows).toEqual([
      { action: 'member.joined', details: { role: 'viewer', invitation_id: invitation.id } },
      { action: 'invitation.created', details: { role: 'viewer', invitation_id: invitation.id } },
    ]);
  });

  it('by many at once makes one of them a member', async () => {
    const { code } = await invited();
    const guests = await Promise.all(Array.from({ length: 4 }, () => tenancy.founder()));
    const replies = await Promise.all(guests.map((one) => accept(one, code)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 404, 404, 404]);
  });

  it('leaves a member as they are', async () => {
    const { code } = await invited(founder, { email: 'other@example.com', role: 'viewer' });
    expect((await accept(founder, code)).status).toBe(200);
    expect(await roleOf(founder.id)).toBe('admin');
  });

  it('is refused after the end, and when the person who invited may not add members any more', async () => {
    const late = await invited();
    await tenancy.pool.query('UPDATE invitations SET expires_at = now() WHERE id = $1', [late.invitation.id]);
    expect(await listed(founder)).toEqual([]);
    expectError(await accept(guest, late.code), 404, 'invitation not found');

    const admin = await tenancy.memberOf(founder, teamId, 'admin');
    const { code } = await invited(admin, { email: 'later@example.com' });
    await tenancy.call(founder, 'PUT', `/v1/teams/${teamId}/members/${admin.id}/role`, { role: 'editor' });
    expectError(await accept(guest, code), 404, 'invitation not found');
    await tenancy.call(founder, 'PUT', `/v1/teams/${teamId}/members/${admin.id}/role`, { role: 'admin' });
    expect((await accept(guest, code)).status).toBe(200);
  });

  it('is refused once the team is deleted', async () => {
    const { code } = await invited();
    expectOk(await tenancy.call(founder, 'DELETE', `/v1/teams/${teamId}`), 204, undefined);
    expectError(await accept(guest, code), 404, 'invitation not found');
  });

  it('takes a person and a code', async () => {
    const key = await tenancy.identity.createKey(founder.orgId, { operation: 'all' });
    expectError(await accept(key, 'inv_'), 403, 'forbidden');
    for (const code of [undefined, '', 'inv_', 'x'.repeat(10_000)])
      expectError(await accept(guest, code), 404, 'invitation not found');
    expectError(await accept(guest, 7), 400, 'invalid request body');
  });
});

describe('revoking', () => {
  it('makes the code worth nothing, and is for those who could invite', async () => {
    const { invitation, code } = await invited();
    expectError(await revoke(founder, 'x'), 400, 'invalid id');
    expectError(await revoke(founder, randomUUID()), 404, 'invitation not found');
    expectError(await revoke(guest, invitation.id), 403, 'forbidden');
    expectOk(await revoke(founder, invitation.id), 204, undefined);
    expectError(await revoke(founder, invitation.id), 404, 'invitation not found');
    expectError(await accept(guest, code), 404, 'invitation not found');
  });
});

describe('the list', () => {
  it('holds what the caller may revoke: all of it for admins of the organization, their own teams’ for team admins', async () => {
    const other = await tenancy.createTeam(founder, founder.orgId);
    const here = (await invited()).invitation;
    const there = (await invited(founder, { email: 'alan@example.com' }, other)).invitation;
    const [admin, editor] = [
      await tenancy.memberOf(founder, teamId, 'admin'),
      await tenancy.memberOf(founder, teamId),
    ];
    expect(await listed(founder)).toEqual([there, here]);
    expect(await listed(admin)).toEqual([here]);
    expect(await listed(editor)).toEqual([]);
    const path = `/v1/orgs/${founder.orgId}/invitations`;
    expectError(await tenancy.call(guest, 'GET', path), 403, 'forbidden');
    expectError(
      await tenancy.call(guest, 'GET', `/v1/orgs/${randomUUID()}/invitations`),
      404,
      'organization not found',
    );
  });
});

it('invitations that expired are deleted, with the addresses in them', async () => {
  const { invitation } = await invited();
  await tenancy.pool.query('UPDATE invitations SET expires_at = now() WHERE id = $1', [invitation.id]);
  await expect
    .poll(
      async () =>
        (await tenancy.pool.query('SELECT FROM invitations WHERE id = $1', [invitation.id])).rowCount,
      {
        timeout: 60_000,
      },
    )
    .toBe(0);
});
