/**
 * The role matrix of the contract, cell by cell, through HTTP: each operation that is tenancy's, by each kind of caller. Cells
 * that are refused share a fixture, which they must leave as it is; a cell that is allowed and changes something gets its own.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Bearer, RunningTenancy } from '../../test/running-tenancy.ts';

const callers = [
  'anonymous',
  'outsider',
  'outsider with is_admin',
  'viewer',
  'editor',
  'team admin',
  'org admin',
  'unverified org admin',
  'read_render key',
  'all key',
  'admin key',
  'key of another org',
  'key of the team',
  'key of another team',
] as const;

type Caller = (typeof callers)[number];

/** An organization with a team that has a viewer, an editor and an admin, and is not the default team. */
interface Fixture {
  readonly orgId: string;
  readonly teamId: string;
  readonly memberId: string;
  readonly strangerId: string;
  readonly requestId: string;
  /** Creates the caller when they are first asked for: a fixture of one cell needs one. */
  readonly bearer: (caller: Caller) => Promise<Bearer | undefined>;
}

const unauthorized = '401 unauthorized';
const forbidden = '403 forbidden';
const unverified = '403 user is not verified';

type Outcome = 'allowed' | `${number} ${string}`;

/** The matrix's columns; the ones that follow from them are filled in by `cellsOf`. */
interface Columns {
  readonly outsider: Outcome;
  readonly viewer: Outcome;
  readonly editor: Outcome;
  readonly 'team admin': Outcome;
  readonly 'org admin': Outcome;
  readonly key: Outcome;
  /** A key restricted to the target team; `key` unless told otherwise. */
  readonly 'key of the team'?: Outcome;
  /** An account with the flag; `outsider` unless told otherwise. */
  readonly 'outsider with is_admin'?: Outcome;
  readonly 'key of another org'?: Outcome;
  readonly 'key of another team'?: Outcome;
}

interface Row {
  readonly operation: string;
  readonly request: (fixture: Fixture) => readonly [method: string, path: string, body?: unknown];
  readonly success: number;
  /** Whether an allowed call leaves something behind that others would notice. */
  readonly changes: boolean;
  readonly columns: Columns;
}

const orgAdminsOnly: Columns = {
  outsider: forbidden,
  viewer: forbidden,
  editor: forbidden,
  'team admin': forbidden,
  'org admin': 'allowed',
  key: 'allowed',
  'key of the team': forbidden,
};
const orgMembers: Columns = {
  ...orgAdminsOnly,
  viewer: 'allowed',
  editor: 'allowed',
  'team admin': 'allowed',
};
const teamEditors: Columns = {
  outsider: forbidden,
  viewer: forbidden,
  editor: 'allowed',
  'team admin': 'allowed',
  'org admin': 'allowed',
  key: 'allowed',
};
const teamAdmins: Columns = { ...teamEditors, editor: forbidden };
const everybody: Columns = {
  outsider: 'allowed',
  viewer: 'allowed',
  editor: 'allowed',
  'team admin': 'allowed',
  'org admin': 'allowed',
  key: 'allowed',
  'key of another org': 'allowed',
  'key of another team': 'allowed',
};

const rows: readonly Row[] = [
  {
    operation: 'my orgs',
    request: () => ['GET', '/v1/me/orgs'],
    success: 200,
    changes: false,
    columns: everybody,
  },
  {
    operation: 'my teams',
    request: () => ['GET', '/v1/me/teams'],
    success: 200,
    changes: false,
    columns: everybody,
  },
  {
    operation: 'create org',
    request: () => ['POST', '/v1/orgs', { name: `Org ${randomUUID()}` }],
    success: 201,
    changes: false,
    columns: {
      outsider: forbidden,
      'outsider with is_admin': 'allowed',
      viewer: forbidden,
      editor: forbidden,
      'team admin': forbidden,
      'org admin': forbidden,
      key: forbidden,
    },
  },
  {
    operation: 'update org',
    request: ({ orgId }) => ['PUT', `/v1/orgs/${orgId}`, { name: `Org ${randomUUID()}` }],
    success: 200,
    changes: false,
    columns: orgAdminsOnly,
  },
  {
    operation: 'delete org',
    request: ({ orgId }) => ['DELETE', `/v1/orgs/${orgId}`],
    success: 204,
    changes: true,
    columns: orgAdminsOnly,
  },
  {
    operation: 'list org people',
    request: ({ orgId }) => ['GET', `/v1/orgs/${orgId}/people`],
    success: 200,
    changes: false,
    columns: orgMembers,
  },
  {
    operation: 'read the org’s audit',
    request: ({ orgId }) => ['GET', `/v1/orgs/${orgId}/audit`],
    success: 200,
    changes: false,
    columns: orgAdminsOnly,
  },
  {
    operation: 'remove org member',
    request: ({ orgId, memberId }) => ['DELETE', `/v1/orgs/${orgId}/members/${memberId}`],
    success: 204,
    changes: true,
    columns: orgAdminsOnly,
  },
  {
    operation: 'create team',
    request: ({ orgId }) => ['POST', `/v1/orgs/${orgId}/teams`, { name: `Team ${randomUUID()}` }],
    success: 201,
    changes: false,
    columns: orgAdminsOnly,
  },
  {
    operation: 'list org teams',
    request: ({ orgId }) => ['GET', `/v1/orgs/${orgId}/teams`],
    success: 200,
    changes: false,
    columns: orgMembers,
  },
  {
    operation: 'update team',
    request: ({ teamId }) => ['PUT', `/v1/teams/${teamId}`, { name: `Team ${randomUUID()}` }],
    success: 200,
    changes: false,
    columns: teamEditors,
  },
  {
    operation: 'delete team',
    request: ({ teamId }) => ['DELETE', `/v1/teams/${teamId}`],
    success: 204,
    changes: true,
    columns: teamEditors,
  },
  {
    operation: 'leave team',
    request: ({ teamId }) => ['DELETE', `/v1/me/teams/${teamId}`],
    success: 204,
    changes: true,
    columns: {
      outsider: '404 user is not a member of this team',
      viewer: 'allowed',
      editor: 'allowed',
      'team admin': 'allowed',
      'org admin': '404 user is not a member of this team',
      key: forbidden,
    },
  },
  {
    operation: 'request to join',
    request: ({ teamId }) => ['POST', `/v1/teams/${teamId}/join-requests`],
    success: 201,
    changes: true,
    columns: {
      outsider: 'allowed',
      viewer: '400 already a member of this team',
      editor: '400 already a member of this team',
      'team admin': '400 already a member of this team',
      'org admin': 'allowed',
      key: forbidden,
    },
  },
  {
    operation: 'list team members',
    request: ({ teamId }) => ['GET', `/v1/teams/${teamId}/members`],
    success: 200,
    changes: false,
    columns: { ...teamEditors, viewer: 'allowed' },
  },
  {
    operation: 'add member',
    request: ({ teamId, strangerId }) => ['POST', `/v1/teams/${teamId}/members`, { user_id: strangerId }],
    success: 204,
    changes: true,
    columns: teamAdmins,
  },
  {
    operation: 'remove member',
    request: ({ teamId, memberId }) => ['DELETE', `/v1/teams/${teamId}/members/${memberId}`],
    success: 204,
    changes: true,
    columns: teamAdmins,
  },
  {
    operation: 'update role',
    request: ({ teamId, memberId }) => [
      'PUT',
      `/v1/teams/${teamId}/members/${memberId}/role`,
      { role: 'viewer' },
    ],
    success: 200,
    changes: false,
    columns: teamAdmins,
  },
  {
    operation: 'invite',
    request: ({ teamId }) => [
      'POST',
      `/v1/teams/${teamId}/invitations`,
      { email: `${randomUUID()}@example.com` },
    ],
    success: 201,
    changes: false,
    columns: teamAdmins,
  },
  {
    operation: 'list invitations',
    request: ({ orgId }) => ['GET', `/v1/orgs/${orgId}/invitations`],
    success: 200,
    changes: false,
    columns: orgMembers,
  },
  {
    operation: 'resolve join request',
    request: ({ requestId }) => ['PUT', `/v1/join-requests/${requestId}`, { status: 'approved' }],
    success: 200,
    changes: true,
    columns: teamAdmins,
  },
];

/** Every caller's outcome, the derived ones included: classes of credentials answer before any role. */
function cellsOf({ columns }: Row): { readonly [C in Caller]: Outcome } {
  return {
    anonymous: unauthorized,
    outsider: columns.outsider,
    'outsider with is_admin': columns['outsider with is_admin'] ?? columns.outsider,
    viewer: columns.viewer,
    editor: columns.editor,
    'team admin': columns['team admin'],
    'org admin': columns['org admin'],
    'unverified org admin': unverified,
    'read_render key': forbidden,
    'all key': columns.key,
    'admin key': columns.key,
    'key of another org': columns['key of another org'] ?? forbidden,
    'key of the team': columns['key of the team'] ?? columns.key,
    'key of another team': columns['key of another team'] ?? forbidden,
  };
}

let tenancy: RunningTenancy;
let shared: Fixture;

beforeAll(async () => {
  tenancy = await RunningTenancy.start();
  shared = await createFixture();
});
afterAll(() => tenancy?.stop());

describe.each(rows)('$operation', (row) => {
  it.each(Object.entries(cellsOf(row)))('by %s: %s', async (name, outcome) => {
    const caller = z.enum(callers).parse(name);
    const own = outcome === 'allowed' && row.changes;
    const fixture = own ? await createFixture() : shared;
    const reply = await tenancy.call(await fixture.bearer(caller), ...row.request(fixture));
    if (outcome === 'allowed') expect(reply).toMatchObject({ status: row.success });
    else expect(`${reply.status} ${errorOf(reply.body)}`).toBe(outcome);
  });
});

describe('the inbox', () => {
  const sees: { readonly [C in Caller]: 'the request' | 'nothing' | Outcome } = {
    anonymous: unauthorized,
    outsider: 'nothing',
    'outsider with is_admin': 'nothing',
    viewer: 'nothing',
    editor: 'nothing',
    'team admin': 'the request',
    'org admin': 'the request',
    'unverified org admin': unverified,
    'read_render key': forbidden,
    'all key': 'the request',
    'admin key': 'the request',
    'key of another org': 'nothing',
    'key of the team': 'the request',
    'key of another team': 'nothing',
  };

  it.each(Object.entries(sees))('of %s shows %s', async (name, expected) => {
    const bearer = await shared.bearer(z.enum(callers).parse(name));
    const reply = await tenancy.call(bearer, 'GET', '/v1/me/inbox');
    const inbox = z.object({ inbox: z.array(z.object({ id: z.string() })) }).safeParse(reply.body);
    if (!inbox.success) expect(`${reply.status} ${errorOf(reply.body)}`).toBe(expected);
    else
      expect(inbox.data.inbox.map(({ id }) => id)).toEqual(expected === 'nothing' ? [] : [shared.requestId]);
  });
});

function errorOf(body: unknown): string {
  return z.object({ error: z.string() }).safeParse(body).data?.error ?? JSON.stringify(body);
}

async function createFixture(): Promise<Fixture> {
  const { identity } = tenancy;
  const orgAdmin = await tenancy.founder();
  const { orgId } = orgAdmin;
  const teamId = await tenancy.createTeam(orgAdmin, orgId);
  const member = await tenancy.memberOf(orgAdmin, teamId);
  const asking = await identity.register();
  const request = await tenancy.call(asking, 'POST', `/v1/teams/${teamId}/join-requests`);
  await tenancy.call(orgAdmin, 'DELETE', `/v1/me/teams/${teamId}`);
  const keyOf = (id: string) => identity.createKey(orgId, { scope: { kind: 'teams', team_ids: [id] } });
  const create: { readonly [C in Caller]: () => Promise<Bearer | undefined> } = {
    anonymous: async () => undefined,
    outsider: () => tenancy.founder(),
    'outsider with is_admin': () => identity.register({ is_admin: true }),
    viewer: () => tenancy.memberOf(orgAdmin, teamId, 'viewer'),
    editor: () => tenancy.memberOf(orgAdmin, teamId),
    'team admin': () => tenancy.memberOf(orgAdmin, teamId, 'admin'),
    'org admin': async () => orgAdmin,
    'unverified org admin': async () => {
      const admin = await tenancy.memberOf(orgAdmin, orgAdmin.teamId, 'admin');
      await identity.change(admin.id, { is_verified: false });
      return admin;
    },
    'read_render key': () => identity.createKey(orgId, { operation: 'read_render' }),
    'all key': () => identity.createKey(orgId),
    'admin key': () => identity.createKey(orgId, { operation: 'admin' }),
    'key of another org': async () => identity.createKey((await tenancy.founder()).orgId),
    'key of the team': () => keyOf(teamId),
    'key of another team': async () => keyOf(await tenancy.createTeam(orgAdmin, orgId)),
  };
  const created = new Map<Caller, Promise<Bearer | undefined>>();
  return {
    orgId,
    teamId,
    memberId: member.id,
    strangerId: asking.id,
    requestId: z.object({ id: z.string() }).parse(request.body).id,
    bearer: (caller) => {
      const bearer = created.get(caller) ?? create[caller]();
      created.set(caller, bearer);
      return bearer;
    },
  };
}
