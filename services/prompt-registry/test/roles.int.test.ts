import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

/** A prompt for operations that change nothing. */
let readId: string;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  readId = await draft();
});
afterAll(() => registry?.stop());

const columns = [
  'viewer',
  'editor',
  'admin',
  'orgAdmin',
  'readRenderKey',
  'allKey',
  'adminKey',
  'outsider',
] as const;
type Column = (typeof columns)[number];

interface Row {
  readonly operation: string;
  /** In the order of `columns`. */
  readonly statuses: readonly number[];
  /** Makes what the operation needs and calls it. */
  readonly call: (by: Bearer) => Promise<{ status: number }>;
}

async function draft() {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  await registry.prompts.createVersion(cast.editor, id, 'text');
  return id;
}
async function withPayload() {
  const id = await draft();
  const payload = await registry.prompts.createPayload(cast.editor, id, { variables: {} });
  return { id, path: `/v1/prompts/${id}/payloads/${payload.id}` };
}
async function withTag() {
  const id = await draft();
  await registry.prompts.tag(cast.editor, id, 1, 'prod');
  return `/v1/prompts/${id}/tags/prod`;
}
async function live() {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  await registry.prompts.versionIn(cast.editor, id, 'live', 'text');
  return id;
}
const onRead = (method: string, path: string) => (by: Bearer) =>
  registry.call(by, method, `/v1/prompts/${readId}${path}`);
const onDraft = (method: string, path: string, body?: unknown) => async (by: Bearer) =>
  registry.call(by, method, `/v1/prompts/${await draft()}${path}`, body);

const reads = [200, 200, 200, 404, 200, 200, 200, 404];
const edits = (success: number) => [403, success, success, 404, 403, success, 403, 404];
const administers = [403, 403, 200, 200, 403, 200, 403, 404];

const matrix: readonly Row[] = [
  {
    operation: 'create prompt',
    statuses: [403, 201, 201, 403, 403, 201, 403, 403],
    call: (by) =>
      registry.call(by, 'POST', `/v1/teams/${cast.teamId}/prompts`, { name: crypto.randomUUID() }),
  },
  {
    operation: 'list prompts of a team',
    statuses: [200, 200, 200, 403, 200, 200, 200, 403],
    call: (by) => registry.call(by, 'GET', `/v1/teams/${cast.teamId}/prompts`),
  },
  {
    operation: 'list all without a team',
    statuses: Array(8).fill(200),
    call: (by) => registry.call(by, 'GET', '/v1/prompts'),
  },
  { operation: 'get prompt', statuses: reads, call: onRead('GET', '') },
  { operation: 'update prompt', statuses: edits(200), call: onDraft('PUT', '', {}) },
  { operation: 'patch prompt', statuses: edits(200), call: onDraft('PATCH', '', { folder: 'x' }) },
  {
    operation: 'list folders',
    statuses: [200, 200, 200, 403, 200, 200, 200, 403],
    call: (by) => registry.call(by, 'GET', `/v1/teams/${cast.teamId}/folders`),
  },
  {
    operation: 'move folder',
    statuses: [403, 200, 200, 403, 403, 200, 403, 403],
    call: (by) =>
      registry.call(by, 'POST', `/v1/teams/${cast.teamId}/folders/move`, { from: 'none', to: 'other' }),
  },
  { operation: 'archive prompt', statuses: administers, call: onDraft('POST', '/archive') },
  { operation: 'restore prompt', statuses: administers, call: onDraft('POST', '/restore') },
  {
    operation: 'move prompt',
    // A team is in its own target, so the outsider does not see the target.
    statuses: [403, 403, 200, 200, 401, 200, 200, 404],
    call: async (by) =>
      registry.call(by, 'POST', `/v1/prompts/${await draft()}/move`, { team_id: cast.teamId }),
  },
  { operation: 'list versions', statuses: reads, call: onRead('GET', '/versions') },
  { operation: 'get version', statuses: reads, call: onRead('GET', '/versions/1') },
  { operation: 'diff versions', statuses: reads, call: onRead('GET', '/versions/diff?from=1&to=1') },
  {
    operation: 'create version',
    statuses: edits(201),
    call: onDraft('POST', '/versions', { template: 'x' }),
  },
  {
    operation: 'update version',
    statuses: edits(200),
    call: onDraft('PUT', '/versions/1', { template: 'x' }),
  },
  { operation: 'delete version', statuses: edits(204), call: onDraft('DELETE', '/versions/1') },
  { operation: 'promote version', statuses: edits(200), call: onDraft('POST', '/versions/1/promote') },
  {
    operation: 'promote version with payloads',
    statuses: edits(200),
    call: onDraft('POST', '/versions/1/promote?require=payloads'),
  },
  {
    operation: 'demote version',
    statuses: edits(200),
    call: async (by) => registry.call(by, 'POST', `/v1/prompts/${await live()}/versions/1/demote`),
  },
  { operation: 'archive version', statuses: edits(200), call: onDraft('POST', '/versions/1/archive') },
  { operation: 'duplicate version', statuses: edits(201), call: onDraft('POST', '/versions/1/duplicate') },
  { operation: 'check version', statuses: reads, call: onRead('POST', '/versions/1/check') },
  { operation: 'list tags', statuses: reads, call: onRead('GET', '/tags') },
  { operation: 'set tag', statuses: edits(200), call: onDraft('POST', '/versions/1/tags', { tag: 'x' }) },
  {
    operation: 'remove tag',
    statuses: edits(204),
    call: async (by) => registry.call(by, 'DELETE', await withTag()),
  },
  { operation: 'list payloads', statuses: reads, call: onRead('GET', '/payloads') },
  {
    operation: 'get payload',
    statuses: reads,
    call: async (by) => registry.call(by, 'GET', (await withPayload()).path),
  },
  { operation: 'create payload', statuses: edits(201), call: onDraft('POST', '/payloads', { variables: 1 }) },
  {
    operation: 'update payload',
    statuses: edits(200),
    call: async (by) => registry.call(by, 'PUT', (await withPayload()).path, {}),
  },
  {
    operation: 'delete payload',
    statuses: edits(204),
    call: async (by) => registry.call(by, 'DELETE', (await withPayload()).path),
  },
  { operation: 'read a prompt’s audit log', statuses: reads, call: onRead('GET', '/audit') },
  {
    operation: 'read a team’s audit log',
    statuses: [200, 200, 200, 403, 200, 200, 200, 403],
    call: (by) => registry.call(by, 'GET', `/v1/teams/${cast.teamId}/prompts/audit`),
  },
  { operation: 'read usage', statuses: reads, call: onRead('GET', '/usage') },
  { operation: 'list services', statuses: reads, call: onRead('GET', '/services') },
  {
    operation: 'list a team’s services',
    statuses: [200, 200, 200, 403, 200, 200, 200, 403],
    call: (by) => registry.call(by, 'GET', `/v1/teams/${cast.teamId}/services`),
  },
  {
    operation: 'export',
    statuses: [200, 200, 200, 403, 200, 200, 200, 403],
    call: (by) => registry.call(by, 'GET', `/v1/teams/${cast.teamId}/export?slugs=nothing`),
  },
  {
    operation: 'import',
    statuses: [403, 200, 200, 403, 403, 200, 403, 403],
    call: (by) =>
      registry.call(by, 'POST', `/v1/teams/${cast.teamId}/import`, {
        document: { kind: 'px0/prompts/v1', prompts: [] },
      }),
  },
  {
    operation: 'validate a template',
    statuses: Array(8).fill(200),
    call: (by) => registry.call(by, 'POST', '/v1/templates/validate', { template: 'x' }),
  },
];

describe('the role matrix', () => {
  it.each(matrix)('$operation', async ({ call, statuses }) => {
    const got = await Promise.all(
      columns.map(async (column: Column) => [column, (await call(cast[column])).status]),
    );
    expect(Object.fromEntries(got)).toEqual(
      Object.fromEntries(columns.map((column, index) => [column, statuses[index]])),
    );
  });

  it('the account’s admin flag grants nothing', async () => {
    const flagged = await registry.identity.register({ is_admin: true });
    await registry.tenancy.setMember(cast.teamId, flagged.id, 'viewer');
    const id = await draft();
    expect((await registry.call(flagged, 'GET', `/v1/prompts/${id}`)).status).toBe(200);
    expect((await registry.call(flagged, 'PUT', `/v1/prompts/${id}`, {})).status).toBe(403);
    expect((await registry.call(flagged, 'POST', `/v1/prompts/${id}/archive`)).status).toBe(403);
  });

  it('a prompt that does not exist is one that cannot be seen, also for a key of a whole organization', async () => {
    const key = await registry.identity.createKey(cast.orgId);
    const foreign = await registry.cast();
    const hidden = await registry.prompts.create(foreign.editor, foreign.teamId);
    for (const id of [randomUUID(), hidden.id]) {
      for (const [method, path, body] of [
        ['GET', ''],
        ['GET', '/versions'],
        ['PUT', '', {}],
        ['POST', '/versions', { template: 'x' }],
        ['POST', '/archive'],
        ['POST', '/move', { team_id: cast.teamId }],
      ] as const) {
        const { status, body: answer } = await registry.call(key, method, `/v1/prompts/${id}${path}`, body);
        expect({ status, answer }, `${method} ${path}`).toEqual({
          status: 404,
          answer: { error: 'prompt not found' },
        });
      }
    }
  });

  it('an organization’s admin who is a viewer of the team reads and archives, but does not edit', async () => {
    const user = await registry.identity.register();
    const { id: orgId, defaultTeamId } = await registry.tenancy.createOrganization();
    const teamId = await registry.tenancy.createTeam(orgId);
    await registry.tenancy.setMember(defaultTeamId, user.id, 'admin');
    await registry.tenancy.setMember(teamId, user.id, 'viewer');
    const key = await registry.identity.createKey(orgId);
    const { id } = await registry.prompts.create(key, teamId);
    expect((await registry.call(user, 'GET', `/v1/prompts/${id}`)).status).toBe(200);
    expect((await registry.call(user, 'POST', `/v1/prompts/${id}/archive`)).status).toBe(200);
    expect((await registry.call(user, 'PUT', `/v1/prompts/${id}`, {})).status).toBe(403);
  });
});

describe('a caller', () => {
  const paths = [
    '/v1/prompts',
    '/v1/prompts/not-a-uuid/versions',
    '/v1/prompts/x/y/z',
    '/v1/teams/not-a-uuid/prompts',
  ];

  it.each([
    '',
    'Bearer nonsense',
    'bearer x',
    'Basic eA==',
    `Bearer sess_${'x'.repeat(400)}`,
    `Bearer ak_${'0'.repeat(64)}`,
  ])('with %j as credential is unauthorized before anything else', async (authorization) => {
    for (const path of paths) {
      const reply = await registry.send(
        'GET',
        path,
        authorization === '' ? {} : { headers: { authorization } },
      );
      expect({ status: reply.status, body: reply.body }).toEqual({
        status: 401,
        body: { error: 'unauthorized' },
      });
    }
  });

  it('that is not verified is refused for that, before the path is judged', async () => {
    const user = await registry.identity.register({ is_verified: false });
    const reply = await registry.call(user, 'GET', '/v1/prompts/not-a-uuid/versions');
    expect({ status: reply.status, body: reply.body }).toEqual({
      status: 403,
      body: { error: 'user is not verified' },
    });
  });

  it('gets 404 and 405 for what is no route, and finds routes in any letter case, with a slash behind, and by HEAD', async () => {
    const { viewer, teamId } = cast;
    expect((await registry.call(viewer, 'GET', '/v1/prompts/x/y/z')).body).toEqual({ error: 'not found' });
    expect((await registry.call(viewer, 'PATCH', '/v1/prompts')).body).toEqual({
      error: 'method not allowed',
    });
    expect((await registry.call(viewer, 'GET', `/V1/Teams/${teamId}/PROMPTS/`)).status).toBe(200);
    const head = await registry.call(viewer, 'HEAD', `/v1/teams/${teamId}/prompts`);
    expect({ status: head.status, body: head.body }).toEqual({ status: 200, body: undefined });
  });
});
