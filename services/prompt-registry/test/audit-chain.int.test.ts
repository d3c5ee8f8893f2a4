/** The registry's audit as a chain: what is exported, to whom, and what is left when a text is erased. */
import { readFile } from 'node:fs/promises';
import { ChainVerifier, genesis, headText, parseHead } from '@px0/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
let promptId: string;
let slug: string;

interface Line {
  readonly [key: string]: unknown;
  readonly number: number;
  readonly action: string;
  readonly text: string | null;
}

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  ({ id: promptId, slug } = await registry.prompts.create(cast.editor, cast.teamId));
  await registry.prompts.createVersion(cast.editor, promptId, 'text');
  const body = JSON.stringify({ note: 'Ada asked for it' });
  const headers = { authorization: `Bearer ${cast.allKey.token}`, 'content-type': 'application/json' };
  await registry.send('POST', `/v1/prompts/${promptId}/versions/1/promote`, {
    headers: { ...headers, 'px0-client': 'ci' },
    body,
  });
});
afterAll(() => registry?.stop());

const path = (query = '', orgId = cast.orgId) => `/v1/orgs/${orgId}/audit/registry${query}`;
const get = (query = '', by: Bearer = cast.orgAdmin) => registry.call(by, 'GET', path(query));
const textOf = ({ body }: Reply) => String(body);

function linesOf(reply: Reply): Line[] {
  return textOf(reply)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/** Once so many are sealed. */
async function exported(count: number, query = ''): Promise<Reply> {
  await expect
    .poll(async () => (await get()).headers.get('px0-audit-head')?.split(':')[0], { timeout: 30_000 })
    .toBe(String(count));
  return get(query);
}

describe('an export', () => {
  it('is a chain of lines, with the head in a header', async () => {
    const reply = await exported(3);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const head = parseHead(reply.headers.get('px0-audit-head') ?? '');
    const verifier = new ChainVerifier(head === undefined ? [] : [head]);
    for (const line of textOf(reply).trim().split('\n')) verifier.add(line);
    verifier.end();
    expect(head?.number).toBe(3);
    const lines = linesOf(reply);
    expect(lines.map(({ action }) => action)).toEqual([
      'prompt.created',
      'version.created',
      'version.promoted',
    ]);
    expect(lines[0]).toEqual({
      number: 1,
      org_id: cast.orgId,
      context: 'registry',
      id: expect.stringMatching(/^[1-9][0-9]*$/),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      action: 'prompt.created',
      actor: { kind: 'user', user_id: cast.editor.id, api_key_id: null, person_id: cast.editor.id },
      via: null,
      team_id: cast.teamId,
      prompt_id: promptId,
      slug,
      version: null,
      user_id: null,
      change_request_id: null,
      details: expect.objectContaining({ slug }),
      reason_commitment: null,
      text: null,
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(lines[2]).toMatchObject({
      actor: { kind: 'api-key', user_id: null, api_key_id: cast.allKey.id },
      via: 'ci',
      version: 1,
      details: { from: 'draft', to: 'stable' },
      reason_commitment: expect.stringMatching(/^[\w-]{43}$/),
      text: 'Ada asked for it',
    });
  });

  it.each([
    ['?after=1', [2, 3]],
    ['?before=3', [1, 2]],
    ['?order=desc', [3, 2, 1]],
    ['?order=desc&limit=1&before=3', [2]],
    ['?limit=2', [1, 2]],
    ['?action=version.*', [2, 3]],
    ['?action=version.promoted', [3]],
    ['?action=version', []],
    ['?actor=EDITOR', [1, 2]],
    ['?actor=KEY', [3]],
    ['?team_id=TEAM', [1, 2, 3]],
    ['?team_id=00000000-0000-4000-8000-000000000000', []],
    ['?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00%2B01:00', []],
    ['?from=2020-01-01T00:00:00Z', [1, 2, 3]],
    ['?after=&before=&limit=&order=&action=&actor=&team_id=&from=&to=', [1, 2, 3]],
  ])('%s has the lines %j', async (query, numbers) => {
    const named = query
      .replace('EDITOR', cast.editor.id)
      .replace('KEY', cast.allKey.id)
      .replace('TEAM', cast.teamId);
    expect(linesOf(await exported(3, named)).map(({ number }) => number)).toEqual(numbers);
  });

  it('refuses in order', async () => {
    const answer = async (by: Bearer, to: string) => errorOf(await registry.call(by, 'GET', to));
    expect(await answer(cast.outsider, path('', 'x'))).toEqual(refused(400, 'invalid id'));
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect(await answer(cast.outsider, path('?after=x', unknown))).toEqual(
      refused(404, 'organization not found'),
    );
    for (const by of [cast.viewer, cast.editor, cast.admin, cast.outsider, cast.allKey, cast.adminKey])
      expect(await answer(by, path('?after=x'))).toEqual(refused(403, 'forbidden'));
    for (const [query, error] of [
      ['?after=x&limit=x', 'invalid cursor'],
      ['?before=-1', 'invalid cursor'],
      ['?after=99999999999999999999', 'invalid cursor'],
      ['?order=up', 'invalid sort'],
      ['?limit=0', 'invalid limit'],
      ['?actor=ada', 'invalid id'],
      ['?team_id=x', 'invalid id'],
      ['?from=yesterday', 'invalid time range'],
      ['?to=2026-13-01T00:00:00Z', 'invalid time range'],
    ] as const)
      expect(await answer(cast.orgAdmin, path(query))).toEqual(refused(400, error));
  });

  it('is for a key of operation admin without a list of teams', async () => {
    const key = await registry.identity.createKey(cast.orgId, {
      operation: 'admin',
      scope: { kind: 'organization' },
    });
    expect((await get('', key)).status).toBe(200);
  });

  it('begins with nothing', async () => {
    const other = await registry.cast();
    const reply = await registry.call(other.orgAdmin, 'GET', path('', other.orgId));
    expect([reply.status, textOf(reply)]).toEqual([200, '']);
    expect(reply.headers.get('px0-audit-head')).toBe(headText(genesis(other.orgId, 'registry')));
  });
});

describe('the erasure of a text', () => {
  const erase = (number: string, by: Bearer = cast.orgAdmin) =>
    registry.call(by, 'DELETE', path(`/${number}/text`));

  it('is for admins of the organization, in a session', async () => {
    expect(errorOf(await erase('3', cast.admin))).toEqual(refused(403, 'forbidden'));
    expect(errorOf(await erase('3', cast.adminKey))).toEqual(refused(401, 'unauthorized'));
    for (const number of ['0', '99', 'x', '-1', '99999999999999999999'])
      expect(errorOf(await erase(number))).toEqual(refused(404, 'audit entry not found'));
  });

  it('leaves the entry and the chain as they were, and is on record once', async () => {
    const before = linesOf(await exported(3));
    for (let time = 0; time < 2; time++) expect((await erase('3')).status).toBe(204);
    // One without a text.
    expect((await erase('1')).status).toBe(204);
    const after = await exported(4);
    const lines = linesOf(after);
    expect(lines.slice(0, 3)).toEqual(before.map((line) => ({ ...line, text: null })));
    expect(lines[3]).toMatchObject({
      action: 'audit.text_erased',
      details: { number: '3' },
      team_id: null,
      prompt_id: null,
    });
    const verifier = new ChainVerifier();
    for (const line of textOf(after).trim().split('\n')) verifier.add(line);
    verifier.end();
    const { rows } = await registry.pool.query('select salt, text from audit_texts');
    expect(rows).toEqual([{ salt: null, text: null }]);
    const { body } = await registry.call(cast.editor, 'GET', `/v1/prompts/${promptId}/audit`);
    expect(JSON.stringify(body)).not.toContain('Ada asked');
  });
});

describe('what governs prompts', () => {
  it('is in the chain, with the client, the request, and what people wrote as texts', async () => {
    const own = await registry.cast();
    const prompt = await registry.prompts.create(own.editor, own.teamId);
    await registry.prompts.createVersion(own.editor, prompt.id, 'text');
    await registry.call(own.editor, 'POST', `/v1/prompts/${prompt.id}/versions/1/promote`);
    const send = async (by: Bearer, method: string, to: string, body: object, more = {}) => {
      const reply = await registry.call(by, method, to, body, { 'px0-client': 'console', ...more });
      expect(reply.status, JSON.stringify(reply.body)).toBeLessThan(300);
      return reply;
    };
    const idIn = ({ body }: Reply, kind: string) =>
      z.record(z.string(), z.object({ id: z.string() })).parse(body)[kind]?.id;
    const rules = {
      name: 'Named by Ada',
      match: { slugs: ['*'], transitions: ['live'] },
      require: { approvals: 1 },
      break_glass: { roles: ['admin'] },
    };
    const ofOrg = await send(own.orgAdmin, 'POST', `/v1/orgs/${own.orgId}/prompt-policies`, rules);
    await send(own.admin, 'POST', `/v1/teams/${own.teamId}/prompt-policies`, rules);
    const version = `/v1/prompts/${prompt.id}/versions/1`;
    const { content_hash } = z
      .object({ version: z.object({ content_hash: z.string() }) })
      .parse((await registry.call(own.editor, 'GET', version)).body).version;
    await send(own.allKey, 'POST', `${version}/checks`, {
      name: 'evals',
      state: 'success',
      content_hash,
      summary: 'Seen by Ada',
    });
    const opened = await send(own.editor, 'POST', `/v1/prompts/${prompt.id}/change-requests`, {
      title: 'Ada wants it',
      change: { kind: 'promote', version: 1, to: 'live' },
    });
    const request = idIn(opened, 'change_request');
    const of = `/v1/change-requests/${request}`;
    await send(own.viewer, 'POST', `${of}/comments`, { text: 'Ada waits' });
    await send(own.admin, 'POST', `${of}/reviews`, { verdict: 'approve', comment: 'Ada may', content_hash });
    await send(own.editor, 'POST', `${of}/close`, { reason: 'Ada went' });
    await send(own.admin, 'POST', `${version}/promote`, {}, { 'px0-break-glass': 'Ada%20again' });
    const chain = () => registry.call(own.orgAdmin, 'GET', path('', own.orgId));
    await expect.poll(async () => linesOf(await chain()).length, { timeout: 30_000 }).toBe(13);
    const verifier = new ChainVerifier();
    const reply = await chain();
    for (const line of textOf(reply).trim().split('\n')) verifier.add(line);
    verifier.end();
    const lines = linesOf(reply).slice(3);
    const broken = lines.find(({ action }) => action === 'policy.broken')?.['change_request_id'];
    expect(broken).toMatch(/^[0-9a-f-]{36}$/);
    expect(
      lines.map(({ action, text, ...line }) => [action, line['change_request_id'], line['team_id'], text]),
    ).toEqual([
      ['policy.created', null, null, null],
      ['policy.created', null, own.teamId, null],
      ['check.posted', null, own.teamId, null],
      ['change_request.opened', request, own.teamId, 'Ada wants it'],
      ['change_request.commented', request, own.teamId, 'Ada waits'],
      ['change_request.reviewed', request, own.teamId, 'Ada may'],
      ['change_request.closed', request, own.teamId, 'Ada went'],
      ['change_request.applied', broken, own.teamId, null],
      ['policy.broken', broken, own.teamId, 'Ada again'],
      ['version.promoted', null, own.teamId, null],
    ]);
    expect(lines[0]).toMatchObject({ details: { policy: idIn(ofOrg, 'policy') }, prompt_id: null });
    expect(new Set(lines.map((line) => line['via']))).toEqual(new Set(['console']));
    expect(JSON.stringify(lines.map((line) => ({ ...line, text: null })))).not.toContain('Ada');
    // Erased here, it is erased where it is shown.
    for (const { number, text } of lines) {
      if (text !== null) await send(own.orgAdmin, 'DELETE', path(`/${number}/text`, own.orgId), {});
    }
    for (const id of [request, broken]) {
      const { body } = await registry.call(own.viewer, 'GET', `/v1/change-requests/${id}`);
      expect(JSON.stringify(body)).not.toContain('Ada');
    }
  });
});

describe('a restored chain', () => {
  it('goes on with an entry that tells where it was found', async () => {
    const other = await registry.cast();
    await registry.prompts.create(other.editor, other.teamId);
    const lines = async () => linesOf(await registry.call(other.orgAdmin, 'GET', path('', other.orgId)));
    await expect.poll(async () => (await lines()).length, { timeout: 30_000 }).toBe(1);
    await registry.pool.query(
      await readFile(new URL('../prisma/after-restore.sql', import.meta.url), 'utf8'),
    );
    await expect.poll(async () => (await lines()).length, { timeout: 30_000 }).toBe(2);
    const [found, restored] = await lines();
    expect(restored).toMatchObject({
      action: 'audit.restored',
      actor: { kind: 'system', user_id: null },
      details: { number: '1', hash: found?.['hash'] },
    });
  });
});

describe('the chain of a deleted organization', () => {
  it('ends with the deletion, and keeps what teams of it did', async () => {
    const other = await registry.cast();
    await registry.prompts.create(other.editor, other.teamId);
    await registry.tenancy.deleteOrganization(other.orgId);
    const chain = async () =>
      (
        await registry.pool.query(
          `select w.action from audit_chain c join audit_wire w on w.id = c.entry_id where c.org_id = $1 order by c.number`,
          [other.orgId],
        )
      ).rows.map(({ action }) => action);
    await expect.poll(chain, { timeout: 30_000 }).toEqual(['prompt.created', 'organization.deleted']);
    expect(errorOf(await registry.call(other.orgAdmin, 'GET', path('', other.orgId)))).toEqual(
      refused(404, 'organization not found'),
    );
  });
});
