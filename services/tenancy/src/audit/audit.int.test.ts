import { randomUUID } from 'node:crypto';
import { ChainVerifier } from '@px0/audit';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { expectError } from '../../test/replies.ts';
import { type Bearer, type Founder, RunningTenancy } from '../../test/running-tenancy.ts';

const pageSchema = z.strictObject({
  entries: z.array(
    z.strictObject({
      id: z.string(),
      action: z.string(),
      actor: z.strictObject({
        kind: z.string(),
        user_id: z.guid().nullable(),
        api_key_id: z.guid().nullable(),
      }),
      org_id: z.guid(),
      team_id: z.guid().nullable(),
      user_id: z.guid().nullable(),
      details: z.record(z.string(), z.string()),
      created_at: z.iso.datetime(),
    }),
  ),
  next_cursor: z.string().optional(),
});

let tenancy: RunningTenancy;
let founder: Founder;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
});
beforeEach(async () => {
  founder = await tenancy.founder();
});
afterAll(() => tenancy?.stop());

async function audit(by: Bearer = founder, query = '', orgId = founder.orgId) {
  return pageSchema.parse((await tenancy.call(by, 'GET', `/v1/orgs/${orgId}/audit${query}`)).body);
}

/** Actions, the oldest first. */
async function actions() {
  return (await audit()).entries.map(({ action }) => action).toReversed();
}

const founding = ['organization.created', 'team.created', 'member.joined'];

describe('an organization’s audit', () => {
  it('begins with its founding, by px0 itself', async () => {
    const { entries } = await audit();
    expect(await actions()).toEqual(founding);
    for (const { actor } of entries)
      expect(actor).toEqual({ kind: 'system', user_id: null, api_key_id: null });
  });

  it('tells of everything that is done in it', async () => {
    const { orgId } = founder;
    const teamId = await tenancy.createTeam(founder, orgId, 'First');
    await tenancy.call(founder, 'PUT', `/v1/teams/${teamId}`, { name: 'Renamed' });
    const user = await tenancy.founder();
    await tenancy.addMember(founder, teamId, user.id, 'viewer');
    await tenancy.call(user, 'DELETE', `/v1/me/teams/${teamId}`);
    for (const status of ['rejected', 'approved']) {
      const reply = await tenancy.call(user, 'POST', `/v1/teams/${teamId}/join-requests`);
      const { id } = z.object({ id: z.string() }).parse(reply.body);
      await tenancy.call(founder, 'PUT', `/v1/join-requests/${id}`, { status });
    }
    await tenancy.call(founder, 'DELETE', `/v1/orgs/${orgId}/members/${user.id}`);
    await tenancy.call(founder, 'DELETE', `/v1/teams/${teamId}`);
    await tenancy.call(founder, 'PUT', `/v1/orgs/${orgId}`, { name: `Org ${randomUUID()}` });
    expect(await actions()).toEqual([
      ...founding,
      'team.created',
      'member.joined',
      'team.renamed',
      'member.joined',
      'member.role_changed',
      'member.left',
      'join_request.created',
      'join_request.rejected',
      'join_request.created',
      'member.joined',
      'join_request.approved',
      'member.removed',
      'team.deleted',
      'organization.renamed',
    ]);
    const change = (await audit()).entries.find(({ action }) => action === 'member.role_changed');
    expect(change).toMatchObject({
      actor: { kind: 'user', user_id: founder.id, api_key_id: null },
      team_id: teamId,
      user_id: user.id,
      details: { from: 'editor', to: 'viewer' },
    });
  });

  it('names the key and the person in whose name it acted', async () => {
    const key = await tenancy.identity.createKey(founder.orgId);
    await tenancy.createTeam(key, founder.orgId);
    const [entry] = (await audit(founder, '?limit=1')).entries;
    expect(entry?.actor).toEqual({ kind: 'api-key', user_id: founder.id, api_key_id: key.id });
  });

  it('tells of a move on both sides', async () => {
    const other = await tenancy.founder();
    await tenancy.addMember(other, other.teamId, founder.id, 'admin');
    const teamId = await tenancy.createTeam(founder, founder.orgId, 'Moving');
    await tenancy.call(founder, 'PUT', `/v1/teams/${teamId}`, { name: 'Moving', org_id: other.orgId });
    const details = { from_org_id: founder.orgId, to_org_id: other.orgId };
    expect((await audit()).entries[0]).toMatchObject({ action: 'team.moved_out', team_id: teamId, details });
    expect((await audit(other, '', other.orgId)).entries[0]).toMatchObject({
      action: 'team.moved_in',
      details,
    });
  });

  it('does not tell of what was refused or changed nothing', async () => {
    await tenancy.call(founder, 'PUT', `/v1/teams/${founder.teamId}`, { name: 'Default Team' });
    await tenancy.call(founder, 'PUT', `/v1/orgs/${founder.orgId}`, { name: 'Default Org' });
    await tenancy.call(founder, 'DELETE', `/v1/teams/${founder.teamId}`);
    await tenancy.call(founder, 'POST', `/v1/teams/${founder.teamId}/members`, { user_id: founder.id });
    expect(await actions()).toEqual(founding);
  });

  it('pages by cursor; entries written meanwhile move no page', async () => {
    for (let index = 0; index < 4; index++) await tenancy.createTeam(founder, founder.orgId);
    const { entries } = await audit();
    const read: typeof entries = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const page: z.infer<typeof pageSchema> = await audit(founder, `?limit=3&cursor=${cursor}`);
      expect(page.entries.length).toBeLessThanOrEqual(3);
      read.push(...page.entries);
      cursor = page.next_cursor;
      await tenancy.createTeam(founder, founder.orgId);
    }
    expect(read).toEqual(entries);
  });

  it('is a chain, which an export shows in the order of its entries', async () => {
    const teamId = await tenancy.createTeam(founder, founder.orgId, 'First');
    const exported = async () => {
      const reply = await tenancy.call(founder, 'GET', `/v1/orgs/${founder.orgId}/audit/tenancy`);
      return String(reply.body).trim().split('\n');
    };
    await eventually(async () => (await exported()).length === 5, { what: 'all entries are sealed' });
    const lines = await exported();
    const verifier = new ChainVerifier();
    for (const line of lines) verifier.add(line);
    verifier.end();
    expect(lines.map((line) => z.object({ action: z.string() }).parse(JSON.parse(line)).action)).toEqual(
      await actions(),
    );
    expect(JSON.parse(lines[3] ?? '')).toMatchObject({
      number: 4,
      context: 'tenancy',
      team_id: teamId,
      actor: { kind: 'user', user_id: founder.id, person_id: founder.id },
    });
  });

  it('refuses in order', async () => {
    const outsider = await tenancy.founder();
    const send = (id: string, by: Bearer, query = '') =>
      tenancy.call(by, 'GET', `/v1/orgs/${id}/audit${query}`);
    expectError(await send('x', outsider), 400, 'invalid id');
    expectError(await send(randomUUID(), outsider), 404, 'organization not found');
    expectError(await send(founder.orgId, outsider, '?cursor=bad'), 403, 'forbidden');
    for (const cursor of ['bad', '0', '%00', 'MA', 'LTE', 'OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5']) {
      expectError(await send(founder.orgId, founder, `?cursor=${cursor}`), 400, 'invalid cursor');
    }
  });
});
