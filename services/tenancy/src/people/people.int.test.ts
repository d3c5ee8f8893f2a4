import type { Database } from '@px0/owner';
import { rowsOnly } from '@px0/owner/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { copyMembers, insertCrowd, insertJoinRequests } from '../../test/crowd.ts';
import { expectError } from '../../test/replies.ts';
import { type Founder, RunningTenancy } from '../../test/running-tenancy.ts';
import { ListAudit } from '../audit/mod.ts';
import type { Caller } from '../authority/mod.ts';
import { ListOwnOrganizations, ListOwnTeams } from '../belonging/mod.ts';
import { rules } from '../changes/mod.ts';
import { ListInbox } from '../join-requests/mod.ts';
import { ListMembers } from '../members/mod.ts';
import { ListPeople } from './list-people.ts';

const userSchema = z.strictObject({
  id: z.guid(),
  email: z.string(),
  is_admin: z.boolean(),
  is_verified: z.boolean(),
  created_at: z.iso.datetime(),
  teams: z.array(z.strictObject({ id: z.guid(), name: z.string(), role: z.string() })),
  team_count: z.int(),
});
const peopleReply = z.strictObject({
  people: z.array(userSchema),
  page: z.number(),
  limit: z.number(),
  total: z.int(),
});

let tenancy: RunningTenancy;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
});
afterAll(() => tenancy?.stop());

const people = async (by: Pick<Founder, 'token' | 'orgId'>, query = '') =>
  peopleReply.parse((await tenancy.call(by, 'GET', `/v1/orgs/${by.orgId}/people${query}`)).body);

describe('the people of an organization', () => {
  it('are its teams’ members, each once, by the age of their accounts', async () => {
    const founder = await tenancy.founder({ created_at: '2020-01-03T00:00:00.000Z' });
    const teamId = await tenancy.createTeam(founder, founder.orgId);
    const oldest = await tenancy.founder({ created_at: '2020-01-01T00:00:00.000Z', is_admin: true });
    const middle = await tenancy.founder({ created_at: '2020-01-02T00:00:00.000Z', is_verified: false });
    await tenancy.addMember(founder, teamId, middle.id);
    await tenancy.addMember(founder, teamId, oldest.id);
    await tenancy.addMember(founder, founder.teamId, oldest.id);
    const reply = await people(founder);
    expect(reply).toMatchObject({
      people: [
        { id: oldest.id, email: oldest.email, is_admin: true, created_at: '2020-01-01T00:00:00.000Z' },
        { id: middle.id, is_verified: false },
        { id: founder.id },
      ],
      page: 1,
      limit: 10,
      total: 3,
    });
    const pages = await Promise.all([1, 2, 3].map((page) => people(founder, `?page=${page}&limit=1`)));
    expect(pages.flatMap((page) => page.people)).toEqual(reply.people);
    expect(await people(founder, '?limit=5000')).toMatchObject({ limit: 100 });
    expect(await people(founder, '?page=9007199254740993&limit=100')).toMatchObject({ people: [], total: 3 });
    for (const query of ['?page=0&limit=0', '?page=-1&limit=-5', '?page=x&limit=1.5', '?page=&limit=']) {
      expect(await people(founder, query)).toEqual(reply);
    }
  });

  it('are shown with their teams and roles: all of them to admins, the shared ones to others', async () => {
    const founder = await tenancy.founder();
    const [alpha, beta] = [
      await tenancy.createTeam(founder, founder.orgId, 'Alpha'),
      await tenancy.createTeam(founder, founder.orgId, 'Beta'),
    ];
    const both = await tenancy.memberOf(founder, alpha, 'admin');
    await tenancy.addMember(founder, beta, both.id, 'viewer');
    const one = await tenancy.memberOf(founder, beta);
    const teamsOf = async (by: Pick<Founder, 'token' | 'orgId'>, id: string) =>
      (await people(by)).people.find((one) => one.id === id);
    expect(await teamsOf(founder, both.id)).toMatchObject({
      teams: [
        { id: alpha, name: 'Alpha', role: 'admin' },
        { id: beta, name: 'Beta', role: 'viewer' },
      ],
      team_count: 2,
    });
    const seen = { ...one, orgId: founder.orgId };
    expect(await teamsOf(seen, both.id)).toMatchObject({
      teams: [{ id: beta, role: 'viewer' }],
      team_count: 1,
    });
    expect(await teamsOf(seen, founder.id)).toMatchObject({ teams: [{ id: beta, role: 'admin' }] });
    // A team of another organization is no affair of this one.
    const elsewhere = await tenancy.founder();
    await tenancy.addMember(elsewhere, elsewhere.teamId, one.id);
    expect(await teamsOf(founder, one.id)).toMatchObject({ team_count: 1 });
  });

  it('in very many teams are shown with the first of them and their number', async () => {
    const founder = await tenancy.founder();
    for (let n = 0; n < 21; n++) await tenancy.createTeam(founder, founder.orgId, `Team ${10 + n}`);
    const [person] = (await people(founder)).people;
    expect(person?.team_count).toBe(22);
    expect(person?.teams.map(({ name }) => name)).toEqual([
      'Default Team',
      ...Array.from({ length: 19 }, (_, n) => `Team ${10 + n}`),
    ]);
  });

  it('are narrowed by address, team and role, together and page by page', async () => {
    const founder = await tenancy.founder();
    const team = await tenancy.createTeam(founder, founder.orgId);
    const [editor, viewer] = [
      await tenancy.memberOf(founder, team),
      await tenancy.memberOf(founder, team, 'viewer'),
    ];
    const found = async (query: string, by: Pick<Founder, 'token' | 'orgId'> = founder) =>
      (await people(by, `?${query}`)).people.map(({ id }) => id);
    expect(await found(`search=${editor.email.toUpperCase()}`)).toEqual([editor.id]);
    expect(await found('search=%25')).toEqual([]);
    expect(await found('search=%00')).toEqual([]);
    expect(await found(`search=${'x'.repeat(5_000)}`)).toEqual([]);
    expect((await found(`team_id=${team}`)).toSorted()).toEqual(
      [founder.id, editor.id, viewer.id].toSorted(),
    );
    expect(await found(`team_id=${team}&role=viewer`)).toEqual([viewer.id]);
    expect(await found('role=viewer')).toEqual([viewer.id]);
    expect(await found(`team_id=${founder.teamId}&role=viewer`)).toEqual([]);
    expect(await people(founder, `?team_id=${team}&limit=2&page=2`)).toMatchObject({ total: 3, page: 2 });
    // A role in a team whose members the caller may not list is not told.
    const hidden = { ...viewer, orgId: founder.orgId };
    expect(await found(`team_id=${founder.teamId}`, hidden)).toEqual([]);
    expect(await found(`team_id=${crypto.randomUUID()}`)).toEqual([]);
    const ask = (query: string) => tenancy.call(founder, 'GET', `/v1/orgs/${founder.orgId}/people?${query}`);
    expectError(await ask('team_id=x'), 400, 'invalid id');
    expectError(await ask('role=owner'), 400, 'invalid role, must be admin, editor, or viewer');
  });

  it('are found by their ids; for admins also those who left or only asked to join, and nobody else', async () => {
    const [founder, asking, stranger] = [
      await tenancy.founder(),
      await tenancy.founder(),
      await tenancy.founder(),
    ];
    const team = await tenancy.createTeam(founder, founder.orgId);
    const [gone, viewer] = [
      await tenancy.memberOf(founder, team),
      await tenancy.memberOf(founder, team, 'viewer'),
    ];
    await tenancy.call(founder, 'DELETE', `/v1/orgs/${founder.orgId}/members/${gone.id}`);
    await tenancy.call(asking, 'POST', `/v1/teams/${team}/join-requests`);
    const ids = [gone.id, viewer.id, asking.id, stranger.id, crypto.randomUUID()].join(',');
    const found = async (by: Pick<Founder, 'token' | 'orgId'>) =>
      (await people(by, `?ids=${ids}`)).people.map(({ email }) => email).toSorted();
    expect(await found(founder)).toEqual([gone.email, viewer.email, asking.email].toSorted());
    expect(await found({ ...viewer, orgId: founder.orgId })).toEqual([viewer.email]);
    const ask = (text: string) =>
      tenancy.call(founder, 'GET', `/v1/orgs/${founder.orgId}/people?ids=${text}`);
    const many = Array.from({ length: 101 }, () => crypto.randomUUID()).join(',');
    for (const text of ['x', `${gone.id},`, many]) expectError(await ask(text), 400, 'invalid id');
  });

  it('are shown to members only', async () => {
    const [founder, outsider] = [await tenancy.founder(), await tenancy.founder()];
    expectError(await tenancy.call(outsider, 'GET', '/v1/orgs/x/people'), 400, 'invalid id');
    const unknown = await tenancy.call(outsider, 'GET', `/v1/orgs/${crypto.randomUUID()}/people`);
    expectError(unknown, 404, 'organization not found');
    expectError(await tenancy.call(outsider, 'GET', `/v1/orgs/${founder.orgId}/people`), 403, 'forbidden');
  });
});

describe('with 100,000 members', () => {
  const CROWD = 100_000;
  const LARGE = ['users', 'memberships', 'join_requests'];
  let small: Founder;
  let large: Founder;

  interface Seen {
    readonly sql: string;
    readonly params: readonly unknown[];
  }
  const queries: Seen[] = [];
  let database: Database;

  beforeAll(async () => {
    small = await tenancy.founder();
    large = await tenancy.founder();
    const secondTeam = await tenancy.createTeam(large, large.orgId);
    await insertCrowd(tenancy.pool, large.teamId, CROWD);
    await copyMembers(tenancy.pool, large.teamId, secondTeam, CROWD / 10);
    // Of another organization, so that an inbox which looked at all pending requests would be seen to.
    const popular = await tenancy.founder();
    await insertJoinRequests(tenancy.pool, secondTeam, popular.orgId);
    await tenancy.pool.query('VACUUM ANALYZE users, memberships, teams, organizations, join_requests');
    ({ database } = rowsOnly(tenancy.pool, rules, (text, values) =>
      queries.push({ sql: text, params: values }),
    ));
  });

  const callerOf = ({ id }: Founder): Caller => ({
    kind: 'caller',
    userId: id,
    principal: {
      kind: 'session',
      userId: id,
      sessionNumber: 1,
      isAdmin: false,
      isVerified: true,
      tokenId: '',
    },
  });

  const lists: readonly (readonly [string, (founder: Founder) => Promise<unknown>])[] = [
    ['org people', (f) => new ListPeople(database).run(callerOf(f), f.orgId, { page: 1, limit: 10 })],
    ['team members', (f) => new ListMembers(database).run(callerOf(f), f.teamId, { page: 1, limit: 10 })],
    ['my orgs', (f) => new ListOwnOrganizations(database).run(callerOf(f))],
    ['my teams', (f) => new ListOwnTeams(database).run(callerOf(f))],
    ['audit', (f) => new ListAudit(database).run(callerOf(f), f.orgId, { limit: 50 })],
    ['inbox', (f) => new ListInbox(database).run(callerOf(f))],
  ];

  it.each(lists)(
    '%s takes as many queries as with one member, and none scans a whole table',
    async (_list, read) => {
      queries.length = 0;
      await read(small);
      const few = queries.length;
      queries.length = 0;
      await read(large);
      const seen = [...queries];
      expect(seen).toHaveLength(few);
      expect(few).toBeLessThanOrEqual(3);
      for (const { sql, params } of seen.filter((query) => !/count\(\*\)::int AS total/.test(query.sql))) {
        const { rows } = await tenancy.pool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, [
          ...params,
        ]);
        expect(scannedTables(rows).filter((table) => LARGE.includes(table))).toEqual([]);
        expect(blocksOf(rows)).toBeLessThan(600);
      }
    },
  );

  it('deep pages are answered, too, each with the total', async () => {
    for (const query of ['', '?page=9000', '?limit=100&page=1000']) {
      expect(await people(large, query)).toMatchObject({ total: CROWD + 1 });
    }
    const reply = await tenancy.call(large, 'GET', `/v1/teams/${large.teamId}/members?page=9999`);
    expect(reply.body).toMatchObject({ total: CROWD + 1 });
  });
});

/** The tables that a plan reads as a whole. */
function scannedTables(rows: unknown): string[] {
  const nodes = JSON.stringify(rows).matchAll(/"Node Type":"Seq Scan"[^{}]*?"Relation Name":"(\w+)"/g);
  return Array.from(nodes, ([, table]) => table ?? '');
}

/** 8 KiB blocks that a plan touched, in memory or not. */
function blocksOf(rows: unknown): number {
  const explained = z.array(
    z.object({
      'QUERY PLAN': z.array(
        z.object({ Plan: z.object({ 'Shared Hit Blocks': z.int(), 'Shared Read Blocks': z.int() }) }),
      ),
    }),
  );
  const plans = explained.parse(rows).flatMap((row) => row['QUERY PLAN']);
  return plans.reduce((sum, { Plan }) => sum + Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'], 0);
}
