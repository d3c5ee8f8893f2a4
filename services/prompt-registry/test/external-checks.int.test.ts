/** Checks that are made outside px0: who may post them, about which content, and what a policy is told of them. */
import { randomUUID } from 'node:crypto';
import { schemas, type Wire } from '@px0/contracts';
import { onlyRow, sql } from '@px0/owner';
import { rowsOnly } from '@px0/owner/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rules } from '../src/changes/mod.ts';
import { postedStates, postedValue } from '../src/external-checks/mod.ts';
import type { PostedChecks } from '../src/policies/mod.ts';
import { versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const post = (by: Bearer, id: string, version: number | string, body: unknown): Promise<Reply> =>
  registry.call(by, 'POST', `/v1/prompts/${id}/versions/${version}/checks`, body);

const listReply = z.object({ checks: z.array(schemas.ExternalCheck) });

async function list(by: Bearer, id: string, version: number): Promise<Wire<'ExternalCheck'>[]> {
  const reply = await registry.call(by, 'GET', `/v1/prompts/${id}/versions/${version}/checks`);
  return listReply.parse(reply.body).checks;
}

/** A prompt with one draft. */
async function draft(template = 'Hello {{.name}}') {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  const { content_hash } = await registry.prompts.createVersion(cast.editor, id, template);
  return { id, content_hash, evals: { name: 'evals', state: 'success', content_hash } };
}

const key = (teamIds = [cast.teamId]) =>
  registry.identity.createKey(cast.orgId, {
    operation: 'all',
    scope: { kind: 'teams', team_ids: teamIds },
  });

async function states(id: string, number = 1) {
  const { database } = rowsOnly(registry.pool, rules);
  const { posted } = onlyRow(
    await database.query<{ posted: PostedChecks }>(sql`SELECT ${postedValue(id, number)} AS posted`),
  );
  return postedStates(database, id, { number }, posted);
}

describe('a check', () => {
  it('is posted by keys `all` of the team only, and read by whoever reads the prompt', async () => {
    const { id, evals } = await draft();
    for (const by of [cast.viewer, cast.editor, cast.admin, cast.readRenderKey, cast.adminKey])
      expect(errorOf(await post(by, id, 1, 7))).toEqual(refused(403, 'forbidden'));
    for (const by of [cast.orgAdmin, cast.outsider])
      expect(errorOf(await post(by, id, 1, evals))).toEqual(refused(404, 'prompt not found'));
    const described = { ...evals, description: '48 of 48', url: 'https://ci.example.com/runs/7?a=b#c' };
    const reply = await post(cast.allKey, id, 1, described);
    expect(reply.status).toBe(201);
    const { check } = z.object({ check: schemas.ExternalCheck }).parse(reply.body);
    expect(check).toEqual({
      ...described,
      version: 1,
      posted_by: { kind: 'api-key', user_id: null, api_key_id: cast.allKey.id },
      posted_at: check.posted_at,
    });
    for (const by of [cast.viewer, cast.readRenderKey]) expect(await list(by, id, 1)).toEqual([check]);
    const audit = await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/audit`);
    expect(audit.body).toMatchObject({
      entries: [
        {
          action: 'check.posted',
          version: 1,
          details: { name: 'evals', state: 'success' },
          actor: { kind: 'api-key', api_key_id: cast.allKey.id },
        },
        { action: 'version.created' },
        {},
      ],
    });
  });

  it('is refused in order: body, fields, version, content', async () => {
    const { id, evals } = await draft();
    const url = 'https://ci.example.com/';
    const nothing = refused(409, 'content changed since it was shown');
    const cases: [body: unknown, error: ReturnType<typeof refused>][] = [
      [7, refused(400, 'invalid request body')],
      [{ ...evals, name: 7 }, refused(400, 'invalid request body')],
      [{ ...evals, description: 'a\u0000' }, refused(400, 'invalid request body')],
      ...[undefined, '', 'Evals', 'e'.repeat(65), 'é', 'a b'].map((name): (typeof cases)[number] => [
        { ...evals, name, state: 'x' },
        refused(400, 'invalid check: name: must be 1 to 64 of a-z, 0-9, dots, underscores and dashes'),
      ]),
      ...[undefined, 'SUCCESS', 'error'].map((state): (typeof cases)[number] => [
        { ...evals, state, url: 'x' },
        refused(400, 'invalid check: state: must be pending, success or failure'),
      ]),
      [
        { ...evals, description: 'x'.repeat(256), url: 'x' },
        refused(400, 'invalid check: description: must be at most 255 characters'),
      ],
      ...[
        ...['', 'x', 'http://ci.example.com', 'javascript:alert(1)', 'https://', 'https://a@b.example'],
        ...[` ${url}`, `${url}\t`, `${url}\u202e`, url.padEnd(2_049, 'x')],
      ].map((bad): (typeof cases)[number] => [
        { ...evals, url: bad, content_hash: undefined },
        refused(400, 'invalid check: url: must be an https URL of at most 2048 characters'),
      ]),
      [{ ...evals, content_hash: undefined }, refused(400, 'invalid check: content_hash: is required')],
      [{ ...evals, content_hash: 'x' }, nothing],
      [{ ...evals, content_hash: evals.content_hash.toUpperCase() }, nothing],
      [{ ...evals, content_hash: `sha256:${'0'.repeat(64)}` }, nothing],
    ];
    for (const [body, error] of cases) expect(errorOf(await post(cast.allKey, id, 1, body))).toEqual(error);
    const missing = refused(404, 'version not found');
    expect(errorOf(await post(cast.allKey, id, 2, { ...evals, content_hash: 'x' }))).toEqual(missing);
    expect(errorOf(await post(cast.allKey, id, 'prod', evals))).toEqual(missing);
    expect(errorOf(await post(cast.allKey, 'x', 1, evals))).toEqual(refused(400, 'invalid prompt id'));
    expect(errorOf(await post(cast.allKey, randomUUID(), 1, evals))).toEqual(
      refused(404, 'prompt not found'),
    );
    expect(await list(cast.viewer, id, 1)).toEqual([]);
    const longest = {
      ...evals,
      name: 'a-z_0.9'.padEnd(64, '0'),
      description: '\u{1f44b}'.repeat(255),
      url: url.padEnd(2_048, 'x'),
    };
    expect((await post(cast.allKey, id, 1, longest)).status).toBe(201);
    expect((await list(cast.viewer, id, 1)).map(({ description }) => description)).toEqual([
      longest.description,
    ]);
  });

  it('of other content is refused; one of before counts no more, and is shown with what it was of', async () => {
    const { id, evals } = await draft('one');
    expect((await post(cast.allKey, id, 1, evals)).status).toBe(201);
    expect((await states(id))('evals', undefined)).toEqual({ state: 'success', detail: '' });
    const { content_hash } = versionOf(
      await registry.call(cast.editor, 'PUT', `/v1/prompts/${id}/versions/1`, { template: 'two' }),
    );
    expect((await states(id))('evals', undefined).state).toBe('pending');
    expect(await list(cast.viewer, id, 1)).toMatchObject([{ content_hash: evals.content_hash }]);
    expect(errorOf(await post(cast.allKey, id, 1, evals))).toEqual(
      refused(409, 'content changed since it was shown'),
    );
    const failure = { name: 'evals', state: 'failure', description: '47 of 48', content_hash };
    expect((await post(cast.allKey, id, 1, failure)).status).toBe(201);
    expect((await states(id))('evals', undefined)).toEqual({ state: 'failure', detail: '47 of 48' });
    expect(await list(cast.viewer, id, 1)).toMatchObject([{ content_hash, state: 'failure' }]);
    // Also where its hash has not been filled in yet.
    await registry.pool.query('update prompt_versions set content_hash = null where prompt_id = $1', [id]);
    expect((await states(id))('evals', undefined).state).toBe('failure');
  });

  it('is shown as the newest of its name, and counts by the keys that a policy names', async () => {
    const { id, evals } = await draft();
    const [trusted, other] = [await key(), await key()];
    expect((await post(trusted, id, 1, { ...evals, state: 'pending' })).status).toBe(201);
    expect((await post(trusted, id, 1, evals)).status).toBe(201);
    expect((await post(other, id, 1, { ...evals, state: 'failure' })).status).toBe(201);
    expect((await post(other, id, 1, { ...evals, name: 'audit' })).status).toBe(201);
    expect((await list(cast.viewer, id, 1)).map(({ name, state }) => [name, state])).toEqual([
      ['audit', 'success'],
      ['evals', 'failure'],
    ]);
    const stateOf = await states(id);
    expect(stateOf('evals', undefined).state).toBe('failure');
    expect(stateOf('evals', [trusted.id]).state).toBe('success');
    expect(stateOf('evals', [trusted.id, other.id]).state).toBe('failure');
    expect(stateOf('audit', [trusted.id]).state).toBe('pending');
    expect(stateOf('unknown', undefined).state).toBe('pending');
  });

  it('of the team that the prompt has left counts no more', async () => {
    const { id, evals } = await draft();
    const target = await registry.tenancy.createTeam(cast.orgId);
    const both = await key([cast.teamId, target]);
    expect((await post(both, id, 1, evals)).status).toBe(201);
    const moved = await registry.call(both, 'POST', `/v1/prompts/${id}/move`, { team_id: target });
    expect(moved.status).toBe(200);
    expect((await states(id))('evals', undefined).state).toBe('pending');
    expect((await post(both, id, 1, evals)).status).toBe(201);
    expect((await states(id))('evals', undefined).state).toBe('success');
  });

  it('has at most 50 names on a version, of each the newest ten keys, and goes with its draft', async () => {
    const { id, evals } = await draft();
    await registry.pool.query(
      `insert into version_checks (prompt_id, version, name, api_key_id, team_id, state, content_hash)
       select $1, 1, 'check-' || n, $2, $3, 'success', sha256('') from generate_series(1, 49) n`,
      [id, cast.allKey.id, cast.teamId],
    );
    await registry.pool.query(
      `insert into version_checks (prompt_id, version, name, api_key_id, team_id, state, content_hash)
       select $1, 1, 'evals', gen_random_uuid(), $2, 'success', decode($3, 'hex') from generate_series(1, 12)`,
      [id, cast.teamId, evals.content_hash.slice('sha256:'.length)],
    );
    expect((await post(cast.allKey, id, 1, evals)).status).toBe(201);
    const count = async () => {
      const { rows } = await registry.pool.query<{ count: number }>(
        `select count(*)::int as count from version_checks where prompt_id = $1 and name = 'evals'`,
        [id],
      );
      return rows[0]?.count;
    };
    expect(await count()).toBe(10);
    expect((await states(id))('evals', [cast.allKey.id]).state).toBe('success');
    expect(errorOf(await post(cast.allKey, id, 1, { ...evals, name: 'more' }))).toEqual(
      refused(422, 'too many checks'),
    );
    expect((await registry.call(cast.editor, 'DELETE', `/v1/prompts/${id}/versions/1`)).status).toBe(204);
    expect(await count()).toBe(0);
  });

  it('that races an edit is of what it was posted for, or refused', async () => {
    const { id } = await draft('0');
    for (let round = 1; round <= 10; round += 1) {
      const { content_hash } = versionOf(
        await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/versions/1`),
      );
      const [posted] = await Promise.all([
        post(cast.allKey, id, 1, { name: `round-${round}`, state: 'success', content_hash }),
        registry.call(cast.editor, 'PUT', `/v1/prompts/${id}/versions/1`, { template: String(round) }),
      ]);
      if (posted.status !== 201) expect(posted.status).toBe(409);
      expect((await states(id))(`round-${round}`, undefined).state).toBe('pending');
    }
  });
});
