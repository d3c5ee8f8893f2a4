import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { encodeUsage, stateSubject, usageSubject } from '@px0/contracts';
import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { cleanupSagas } from '../src/api-keys/scope-guard.ts';
import { expectError, expectOk } from './expect-reply.ts';
import { type Bearer, createdKey, type Founder, type Reply, RunningIdentity } from './running-identity.ts';

const NO_ID = '00000000-0000-0000-0000-000000000000';
const UNKNOWN = '11111111-1111-4111-8111-111111111111';

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

const create = (caller: Bearer | undefined, body: unknown): Promise<Reply> =>
  identity.call(caller, 'POST', '/v1/api-keys', body);
const list = (caller: Bearer | undefined, orgId?: string): Promise<Reply> =>
  identity.call(caller, 'GET', `/v1/api-keys${orgId === undefined ? '' : `?org_id=${orgId}`}`);
const remove = (caller: Bearer | undefined, id: string): Promise<Reply> =>
  identity.call(caller, 'DELETE', `/v1/api-keys/${id}`);
const rotate = (caller: Bearer | undefined, id: string, body?: unknown): Promise<Reply> =>
  identity.call(caller, 'POST', `/v1/api-keys/${id}/rotate`, body);
const me = (caller: Bearer): Promise<Reply> => identity.call(caller, 'GET', '/v1/auth/me');

const listed = z.object({
  api_keys: z.array(
    z.object({
      id: z.string(),
      team_id: z.string().optional(),
      last_used_at: z.string().nullable(),
      expires_at: z.string().nullable(),
      prefix: z.string().optional(),
      created_by: z.string(),
      team_ids: z.array(z.string()).optional(),
    }),
  ),
});

async function keysOf(founder: Founder) {
  return listed.parse((await list(founder, founder.orgId)).body).api_keys;
}

/** The newest event of a key, as the outbox holds it. */
async function publishedKey(id: string, entity: 'apiKey' | 'narrowKey' = 'apiKey'): Promise<unknown> {
  const { rows } = await identity.pool.query<{ payload: string }>(
    'select payload from outbox where subject = $1',
    [stateSubject(entity, id)],
  );
  return JSON.parse(rows[0]?.payload ?? 'null');
}

async function storedMaker(id: string): Promise<string | undefined> {
  const { rows } = await identity.pool.query<{ created_by: string }>(
    `select created_by from api_keys where id = $1
     union all select created_by from narrow_api_keys where id = $1`,
    [id],
  );
  return rows[0]?.created_by;
}

describe('API keys', () => {
  it('are managed with a session only', async () => {
    const founder = await identity.founder();
    const { id } = await identity.key(founder);
    const callers = [
      undefined,
      ...(await Promise.all(
        ['read_render', 'all', 'admin'].map((operation) => identity.key(founder, { operation })),
      )),
    ];
    for (const caller of callers) {
      expectError(await create(caller, { name: 5 }), 401, 'unauthorized');
      expectError(await list(caller), 401, 'unauthorized');
      expectError(await remove(caller, 'x'), 401, 'unauthorized');
      expectError(await rotate(caller, 'x'), 401, 'unauthorized');
    }
    expect((await keysOf(founder)).map((key) => key.id)).toContain(id);
  });

  it('are managed by the admins of the default team only', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder);
    const team = await identity.tenancy.createTeam(founder.orgId);
    const [stranger, teamAdmin, editor, viewer] = await Promise.all(
      Array.from({ length: 4 }, () => identity.user()),
    );
    if (!stranger || !teamAdmin || !editor || !viewer) throw new Error('four users');
    await identity.tenancy.setMember(team, teamAdmin.id, 'admin');
    await identity.tenancy.setMember(founder.teamId, editor.id, 'editor');
    await identity.tenancy.setMember(founder.teamId, viewer.id, 'viewer');
    for (const caller of [stranger, teamAdmin, editor, viewer]) {
      expectError(
        await create(caller, { name: 'x', org_id: founder.orgId, team_ids: [UNKNOWN] }),
        403,
        'forbidden',
      );
      expectError(await list(caller, founder.orgId), 403, 'forbidden');
      expectError(await remove(caller, key.id), 403, 'forbidden');
      expectError(await rotate(caller, key.id), 403, 'forbidden');
    }
  });
});

describe('a creation', () => {
  it.each<[Record<string, unknown>, number, string]>([
    [{ name: 5 }, 400, 'invalid request body'],
    [{ org_id: '' }, 400, 'invalid request body'],
    [{ org_id: 'x' }, 400, 'invalid request body'],
    [{ team_ids: ['x'] }, 400, 'invalid request body'],
    [{ team_ids: 'x' }, 400, 'invalid request body'],
    [{ expires_at: 5 }, 400, 'invalid request body'],
    [{}, 400, 'name is required'],
    [{ name: '' }, 400, 'name is required'],
    [{ name: ' \t ' }, 400, 'name is required'],
    [{ name: 'x'.repeat(256) }, 400, 'name must be at most 255 characters'],
    [{ name: 'x' }, 400, 'org_id is required'],
    [{ name: 'x', org_id: null }, 400, 'org_id is required'],
    [{ name: 'x', org_id: NO_ID, operation: 'ALL' }, 400, 'org_id is required'],
    [
      { name: 'x', org_id: UNKNOWN, operation: 'ALL' },
      400,
      'invalid operation, must be read_render, all, or admin',
    ],
    [{ name: 'x', org_id: UNKNOWN, team_ids: [UNKNOWN] }, 404, 'organization not found'],
  ])('of %j is refused: %s %s', async (body, status, error) => {
    expectError(await create(await identity.user(), body), status, error);
  });

  it('shows the secret once, and stores and publishes its hash only', async () => {
    const founder = await identity.founder();
    const reply = await create(founder, {
      name: ' Ä key ',
      org_id: founder.orgId.toUpperCase(),
      operation: '',
    });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      id: expect.any(String),
      name: ' Ä key ',
      key: expect.stringMatching(/^ak_[0-9a-f]{64}$/),
      operation: 'read_render',
      created_at: expect.any(String),
    });
    const [key] = (await list(founder, founder.orgId)).body instanceof Object ? await keysOf(founder) : [];
    expect(key).toMatchObject({ last_used_at: null, expires_at: null });
    expect(key).not.toHaveProperty('team_id');
    expect(key).not.toHaveProperty('key');
    expect(key).not.toHaveProperty('key_hash');
  });

  it('counts a repeated team once and lists the first', async () => {
    const founder = await identity.founder();
    const [second, third] = [
      await identity.tenancy.createTeam(founder.orgId),
      await identity.tenancy.createTeam(founder.orgId),
    ];
    await identity.key(founder, { team_ids: [third, second, third.toUpperCase()] });
    expect((await keysOf(founder))[0]?.team_id).toBe(third);
    await identity.key(founder, { team_ids: [] });
    expect((await keysOf(founder))[0]?.team_id).toBeUndefined();
  });

  it('judges the teams in the order given', async () => {
    const [founder, other] = [await identity.founder(), await identity.founder()];
    const attempt = (...team_ids: string[]) =>
      create(founder, { name: 'x', org_id: founder.orgId, team_ids });
    expectError(await attempt(founder.teamId, UNKNOWN, other.teamId), 404, 'team not found');
    expectError(
      await attempt(other.teamId, UNKNOWN),
      400,
      'team does not belong to the specified organization',
    );
    const gone = await identity.tenancy.createTeam(founder.orgId);
    await identity.tenancy.deleteTeam(gone);
    expectError(await attempt(gone), 404, 'team not found');
  });

  it('judges the expiry last', async () => {
    const founder = await identity.founder();
    const attempt = (expires_at: string) => create(founder, { name: 'x', org_id: founder.orgId, expires_at });
    for (const text of ['', 'tomorrow', '2020-01-01T00:00:00Z', '2999-01-01', '2999-13-01T00:00:00Z']) {
      expectError(await attempt(text), 400, 'invalid expires_at, must be a time in the future');
    }
    expect(await attempt('2999-01-01T00:00:00.5+01:00')).toMatchObject({
      status: 201,
      body: { expires_at: '2998-12-31T23:00:00.5Z' },
    });
  });
});

describe('a list', () => {
  it('needs an organization that exists', async () => {
    const user = await identity.user();
    expectError(await list(user), 400, 'org_id is required');
    expectError(await list(user, ''), 400, 'org_id is required');
    expectError(await list(user, 'x'), 400, 'invalid id');
    expectError(await list(user, UNKNOWN), 404, 'organization not found');
    const founder = await identity.founder();
    await identity.tenancy.deleteOrganization(founder.orgId);
    expectError(await list(founder, founder.orgId), 404, 'organization not found');
  });

  it('is empty at first, and has the newest first', async () => {
    const founder = await identity.founder();
    expectOk(await list(founder, founder.orgId), 200, { api_keys: [] });
    const ids: string[] = [];
    for (let made = 0; made < 5; made++) ids.push((await identity.key(founder)).id);
    expect((await keysOf(founder)).map(({ id }) => id)).toEqual(ids.reverse());
  });

  it('tells by which beginning a key is known, who made it, and all of its teams', async () => {
    const founder = await identity.founder();
    const second = await identity.tenancy.createTeam(founder.orgId);
    const whole = await identity.key(founder);
    const some = await identity.key(founder, { team_ids: [second, founder.teamId] });
    const [listedSome, listedWhole] = await keysOf(founder);
    expect(listedSome).toMatchObject({
      prefix: some.token.slice(0, 11),
      created_by: founder.id,
      team_id: second,
      team_ids: [second, founder.teamId],
    });
    expect(listedWhole).toMatchObject({ prefix: whole.token.slice(0, 11), created_by: founder.id });
    expect(listedWhole).not.toHaveProperty('team_ids');
    // Of the release before.
    await identity.pool.query('UPDATE api_keys SET prefix = NULL WHERE id = $1', [whole.id]);
    expect((await keysOf(founder))[1]).not.toHaveProperty('prefix');
  });
});

describe('a deletion', () => {
  it('refuses first what is no id, then what is no key', async () => {
    const user = await identity.user();
    expectError(await remove(user, 'x'), 400, 'invalid id');
    expectError(await remove(user, UNKNOWN), 404, 'api key not found');
  });

  it('takes effect at once', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder, { operation: 'all' });
    expect((await me(key)).status).toBe(200);
    expectOk(await remove(founder, key.id), 204);
    expectError(await me(key), 401, 'unauthorized');
    expectError(await remove(founder, key.id), 404, 'api key not found');
  });
});

describe('a rotation', () => {
  it('gives a successor, and the old key works for the overlap', async () => {
    const founder = await identity.founder();
    const old = await identity.key(founder, { operation: 'all', team_ids: [founder.teamId], name: 'deploy' });
    const reply = await rotate(founder, old.id);
    expect(reply).toMatchObject({ status: 201, body: { name: 'deploy', operation: 'all' } });
    const { id, key } = createdKey.parse(reply.body);
    expect((await me({ token: key })).status).toBe(200);
    expect((await me(old)).status).toBe(200);
    const [successor, replaced] = await keysOf(founder);
    expect(successor).toMatchObject({ id, team_id: founder.teamId, expires_at: null });
    const overlap = Date.parse(replaced?.expires_at ?? '') - Date.now();
    expect(overlap).toBeGreaterThan(86_000_000);
    expect(overlap).toBeLessThanOrEqual(86_400_000);
  });

  it('makes the successor a key of who rotated: they alone have its secret', async () => {
    const founder = await identity.founder();
    const colleague = await identity.user();
    await identity.tenancy.setMember(founder.teamId, colleague.id, 'admin');
    for (const limits of [undefined, { slugs: ['billing_*'] }]) {
      const entity = limits === undefined ? 'apiKey' : 'narrowKey';
      const old = await identity.key(founder, { operation: 'all', limits });
      const { id } = createdKey.parse((await rotate(colleague, old.id)).body);
      const again = createdKey.parse((await rotate(founder, id)).body);
      const makers = [
        [old.id, founder.id],
        [id, colleague.id],
        [again.id, founder.id],
      ] as const;
      for (const [key, maker] of makers) {
        expect(await publishedKey(key, entity)).toMatchObject({ created_by: maker });
        expect(await storedMaker(key)).toBe(maker);
      }
    }
  });

  it('without overlap ends the old key at once', async () => {
    const founder = await identity.founder();
    const old = await identity.key(founder, { operation: 'all' });
    const { key } = createdKey.parse((await rotate(founder, old.id, { overlap_seconds: 0 })).body);
    expectError(await me(old), 401, 'unauthorized');
    expect((await me({ token: key })).status).toBe(200);
    expectError(await rotate(founder, old.id), 404, 'api key not found');
  });

  it('with a body whose type is not named rotates nothing', async () => {
    const founder = await identity.founder();
    const old = await identity.key(founder, { operation: 'all' });
    const response = await fetch(`${identity.url}/v1/api-keys/${old.id}/rotate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${founder.token}` },
      body: Buffer.from('{"overlap_seconds":0}'),
    });
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid request body' }]);
    expect(await keysOf(founder)).toHaveLength(1);
  });

  it('does not lengthen the life of a key that ends sooner', async () => {
    const founder = await identity.founder();
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    const old = await identity.key(founder, { expires_at: soon });
    const reply = await rotate(founder, old.id, { overlap_seconds: 86_400 });
    expect(reply.status).toBe(201);
    const [successor, replaced] = await keysOf(founder);
    expect(Date.parse(replaced?.expires_at ?? '')).toBe(Date.parse(soon));
    expect(Math.abs(Date.parse(successor?.expires_at ?? '') - Date.parse(soon))).toBeLessThan(60_000);
  });

  it('refuses wrong input in order', async () => {
    const founder = await identity.founder();
    const { id } = await identity.key(founder);
    expectError(await rotate(founder, 'x'), 400, 'invalid id');
    expectError(await rotate(founder, UNKNOWN, { overlap_seconds: 'x' }), 400, 'invalid request body');
    expectError(await rotate(founder, UNKNOWN, { overlap_seconds: -1 }), 404, 'api key not found');
    for (const overlap_seconds of [-1, 2_592_001]) {
      expectError(
        await rotate(founder, id, { overlap_seconds }),
        400,
        'invalid overlap_seconds, must be from 0 to 2592000',
      );
    }
  });
});

describe('a key that expires', () => {
  it('is refused from that moment', async () => {
    const founder = await identity.founder();
    // On a busy machine the first ones have expired, or are about to, before they are used.
    for (let lifeMs = 1_000; ; lifeMs *= 2) {
      const expires_at = new Date(Date.now() + lifeMs).toISOString();
      const key = await identity.key(founder, { operation: 'all', expires_at }).catch(() => undefined);
      if (key === undefined || (await me(key)).status !== 200) continue;
      await eventually(async () => (await me(key)).status === 401);
      return;
    }
  });
});

describe('the time of last use', () => {
  it('is kept from what render processes publish, and only ever rises', async () => {
    const founder = await identity.founder();
    const { id } = await identity.key(founder);
    const connection = await connect({ servers: identity.stores.bus.servers });
    const publish = (text: string) =>
      jetstream(connection).publish(`${identity.stores.bus.streamPrefix}${usageSubject('replica')}`, text);
    const window = (number: number, last_used_at: string) =>
      encodeUsage({
        process: 'replica',
        window: number,
        started_at: last_used_at,
        ended_at: last_used_at,
        versions: [],
        keys: [{ key_id: id, renders: 1, failures: 0, last_used_at }],
      });
    const [earlier, later] = ['2026-01-02T03:04:05Z', '2026-01-02T03:05:00Z'];
    await publish('not a window');
    await publish(window(2, later));
    await eventually(async () => (await keysOf(founder))[0]?.last_used_at === later);
    await publish(window(1, earlier));
    await publish(window(3, '2026-01-02T03:06:00Z'));
    await eventually(async () => (await keysOf(founder))[0]?.last_used_at === '2026-01-02T03:06:00Z');
    await connection.close();
  });

  it('is noted for calls of this service, also for those that are refused, when it stops at the latest', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder);
    expectError(await me(key), 403, 'forbidden');
    await identity.restart();
    expect((await keysOf(founder))[0]?.last_used_at).not.toBeNull();
  });
});

describe('what an organization loses', () => {
  it('its keys lose: a deleted team leaves every scope, and a key whose last team goes is revoked', async () => {
    const founder = await identity.founder();
    const [first, second] = [
      await identity.tenancy.createTeam(founder.orgId),
      await identity.tenancy.createTeam(founder.orgId),
    ];
    const both = await identity.key(founder, { operation: 'all', team_ids: [first, second] });
    const single = await identity.key(founder, { operation: 'all', team_ids: [first] });
    const whole = await identity.key(founder, { operation: 'all' });
    await identity.tenancy.deleteTeam(first);
    expectError(await me(single), 401, 'unauthorized');
    expect((await me(both)).status).toBe(200);
    const keys = await keysOf(founder);
    expect(keys.map(({ id }) => id)).toEqual([whole.id, both.id]);
    expect(keys.map(({ team_id }) => team_id)).toEqual([undefined, second]);
    await identity.tenancy.deleteTeam(second);
    expectError(await me(both), 401, 'unauthorized');
    expect((await me(whole)).status).toBe(200);
    expect((await keysOf(founder)).map(({ id }) => id)).toEqual([whole.id]);
  });

  it('a team that moves away leaves the scopes of the old organization, and no others', async () => {
    const [founder, other] = [await identity.founder(), await identity.founder()];
    const team = await identity.tenancy.createTeam(founder.orgId);
    const key = await identity.key(founder, { operation: 'all', team_ids: [team] });
    const move = (orgId: string) =>
      identity.contexts.publish('team', team, {
        org_id: orgId,
        name: 'moved',
        is_default: false,
        created_at: '2026-01-01T00:00:00Z',
      });
    await move(founder.orgId);
    expect((await me(key)).status).toBe(200);
    await move(other.orgId);
    expectError(await me(key), 401, 'unauthorized');
    const successor = await identity.key(other, { operation: 'all', team_ids: [team] });
    await move(other.orgId);
    expect((await me(successor)).status).toBe(200);
    expect(await keysOf(founder)).toEqual([]);
  });

  it('a deleted organization takes its keys along', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder, { operation: 'all' });
    await identity.tenancy.deleteOrganization(founder.orgId);
    expectError(await me(key), 401, 'unauthorized');
    expectError(await remove(founder, key.id), 404, 'api key not found');
    await eventually(async () => {
      const { rowCount } = await identity.pool.query('SELECT 1 FROM api_keys WHERE org_id = $1', [
        founder.orgId,
      ]);
      return rowCount === 0;
    });
  });

  it('a key that is being created while its team is deleted never outlives it', async () => {
    const founder = await identity.founder();
    for (let round = 0; round < 10; round++) {
      const team = await identity.tenancy.createTeam(founder.orgId);
      // The call need not know of the team's end: it was sent before.
      const [reply] = await Promise.all([
        create(founder, { name: 'racing', org_id: founder.orgId, team_ids: [team] }),
        identity.tenancy.deleteTeam(team),
      ]);
      expect([201, 404, 503]).toContain(reply.status);
    }
    await me(founder);
    await eventually(async () => (await keysOf(founder)).length === 0);
  });
});

/** The last test here: it takes the lead from the saga. */
describe('a key whose scope was judged on a projection that is behind the saga', () => {
  it('is not created, and is as soon as the projection has caught up', async () => {
    const founder = await identity.founder();
    const attempt = () => create(founder, { name: 'x', org_id: founder.orgId });
    expect((await attempt()).status).toBe(201);
    const release = await takeSagaLead(cleanupSagas.apiKey);
    try {
      await moveSaga(cleanupSagas.apiKey, 1000);
      expectError(await attempt(), 503, 'service unavailable');
      expect((await keysOf(founder)).length).toBe(1);
      await moveSaga(cleanupSagas.apiKey, -1000);
      await eventually(async () => (await attempt()).status === 201, { what: 'the key' });
    } finally {
      await release();
    }
  });
});

/**
 * Leads the saga in the place of the service, as another replica would: waits for the advisory lock, then ends the connection that holds
 * it, so that the lock comes here and nowhere else. The service cannot take the lead back before the returned function is called.
 */
async function takeSagaLead(saga: string): Promise<() => Promise<void>> {
  const client = await identity.pool.connect();
  const key = `hashtext('px0.saga'), hashtext(current_schema() || '.' || $1)`;
  const taken = client.query(`SELECT pg_advisory_lock(${key})`, [saga]);
  await eventually(async () => {
    const { rowCount } = await identity.pool.query(
      `SELECT pg_terminate_backend(holder.pid)
         FROM pg_locks holder JOIN pg_locks waiter USING (locktype, database, classid, objid, objsubid)
        WHERE holder.locktype = 'advisory' AND holder.granted AND NOT waiter.granted`,
    );
    return (rowCount ?? 0) > 0;
  });
  await taken;
  return async () => {
    await client.query(`SELECT pg_advisory_unlock(${key})`, [saga]);
    client.release();
  };
}

/** Moves the saga's position, and fences whoever led it before: a leader that has not noticed its end writes nothing any more. */
async function moveSaga(saga: string, by: number): Promise<void> {
  await identity.pool.query(
    'UPDATE saga SET position = position + $2, leader = gen_random_uuid() WHERE name = $1',
    [saga, by],
  );
}

describe('keys whose events are older than their maker’s name', () => {
  it('are published again by the process that starts next, and no others', async () => {
    const founder = await identity.founder();
    const hostile = { name: '"created_by":"x"', operation: 'all' };
    const [old, whole] = [await identity.key(founder, hostile), await identity.key(founder)];
    const revisionOf = async (id: string) =>
      (
        await identity.pool.query('select revision from outbox where subject = $1', [
          stateSubject('apiKey', id),
        ])
      ).rows;
    await identity.stopService();
    const { created_by: _, ...before } = z
      .looseObject({ created_by: z.string() })
      .parse(await publishedKey(old.id));
    await identity.pool.query(
      `update outbox set payload = $2, revision = revision + 1, changed_at = clock_timestamp() - interval '1 year',
         owed_since = clock_timestamp() where subject = $1`,
      [stateSubject('apiKey', old.id), JSON.stringify(before)],
    );
    const untouched = await revisionOf(whole.id);
    await identity.restart();
    await eventually(
      async () => {
        const payload = z.looseObject({}).parse(await publishedKey(old.id));
        return payload['created_by'] === founder.id || undefined;
      },
      { what: 'the maker in the event', timeoutMs: 50_000 },
    );
    expect(await publishedKey(old.id)).toEqual({ ...before, created_by: founder.id });
    expect(await revisionOf(whole.id)).toEqual(untouched);
    expect((await me(old)).status).toBe(200);
  });
});
