import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectError, expectOk } from './expect-reply.ts';
import { type Bearer, createdKey, type Founder, type Reply, RunningIdentity } from './running-identity.ts';

const limits = { slugs: ['billing_*'], refs: { live: true, tags: ['prod'] } };

let identity: RunningIdentity;
beforeAll(async () => {
  identity = await RunningIdentity.start();
});
afterAll(() => identity?.stop());

const create = (founder: Founder, body: object): Promise<Reply> =>
  identity.call(founder, 'POST', '/v1/api-keys', { name: 'narrow', org_id: founder.orgId, ...body });
const me = (caller: Bearer): Promise<Reply> => identity.call(caller, 'GET', '/v1/auth/me');
const revoke = (body: unknown): Promise<Reply> =>
  identity.call(undefined, 'POST', '/v1/api-keys/revoke', body);

interface ListedKey {
  readonly id: string;
  readonly limits?: object;
  readonly team_id?: string;
}

async function keysOf(founder: Founder): Promise<ListedKey[]> {
  const reply = await identity.call(founder, 'GET', `/v1/api-keys?org_id=${founder.orgId}`);
  return (reply.body as { api_keys: ListedKey[] }).api_keys;
}

describe('the creation of a key with limits', () => {
  it.each<[unknown, string]>([
    ['all', 'invalid request body'],
    [{ slug: ['a'] }, 'invalid request body'],
    [{ slugs: 'a' }, 'invalid request body'],
    [{ slugs: ['a'], folders: ['b'] }, 'invalid request body'],
    [{ refs: { live: 1, tags: [] } }, 'invalid request body'],
    [{ refs: { live: true, tags: [], version: 3 } }, 'invalid request body'],
    [{}, 'invalid limits: limits: must have slugs or refs'],
    [{ slugs: null }, 'invalid limits: limits: must have slugs or refs'],
    [{ slugs: [] }, 'invalid limits: limits.slugs: must have 1 to 20 items'],
    [{ slugs: Array(21).fill('a') }, 'invalid limits: limits.slugs: must have 1 to 20 items'],
    [{ slugs: ['a', ''] }, 'invalid limits: limits.slugs.1: must have 1 to 255 characters'],
    [{ refs: { tags: [] } }, 'invalid limits: limits.refs.live: is required'],
    [{ refs: { live: true } }, 'invalid limits: limits.refs.tags: is required'],
    [{ refs: { live: false, tags: [] } }, 'invalid limits: limits.refs: must have live or a tag'],
    [
      { refs: { live: true, tags: Array(21).fill('a') } },
      'invalid limits: limits.refs.tags: must have at most 20 items',
    ],
    [
      { refs: { live: true, tags: ['a'.repeat(256)] } },
      'invalid limits: limits.refs.tags.0: must have 1 to 255 characters',
    ],
  ])('of %j is refused: %s', async (wished, error) => {
    expectError(await create(await identity.founder(), { limits: wished }), 400, error);
  });

  it('judges the limits last, and null is no limit', async () => {
    const founder = await identity.founder();
    const late = { limits: {}, expires_at: 'tomorrow' };
    expectError(await create(founder, late), 400, 'invalid expires_at, must be a time in the future');
    expect((await create(founder, { limits: null })).status).toBe(201);
    expect(await keysOf(founder)).toMatchObject([{ name: 'narrow' }]);
    expect((await keysOf(founder))[0]).not.toHaveProperty('limits');
  });

  it('publishes an entity of its own, which a reader without limits does not know', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder, { limits, operation: 'all', team_ids: [founder.teamId] });
    expect((await me(key)).status).toBe(200);
    const { rows } = await identity.pool.query<{ subject: string; payload: string; ordinal: number }>(
      'SELECT subject, payload, ordinal FROM outbox WHERE subject LIKE $1',
      [`%${key.id}`],
    );
    expect(rows).toMatchObject([{ subject: `px0.state.identity.narrow-key.${key.id}`, ordinal: 3 }]);
    expect(JSON.parse(rows[0]?.payload ?? '')).toMatchObject({
      org_id: founder.orgId,
      scope: { kind: 'teams', team_ids: [founder.teamId] },
      operation: 'all',
      limits,
      created_by: founder.id,
    });
  });
});

describe('keys with limits and keys without', () => {
  it('are listed in one order, rotated and deleted alike', async () => {
    const founder = await identity.founder();
    const first = await identity.key(founder);
    const narrow = await identity.key(founder, { limits, operation: 'all' });
    const third = await identity.key(founder);
    expect(await keysOf(founder)).toMatchObject([
      { id: third.id },
      { id: narrow.id, limits },
      { id: first.id },
    ]);

    const rotated = await identity.call(founder, 'POST', `/v1/api-keys/${narrow.id}/rotate`, {
      overlap_seconds: 0,
    });
    const successor = createdKey.parse(rotated.body);
    expectError(await me(narrow), 401, 'unauthorized');
    expect((await me({ token: successor.key })).status).toBe(200);
    expect((await keysOf(founder))[0]).toMatchObject({ id: successor.id, limits });

    expectOk(await identity.call(founder, 'DELETE', `/v1/api-keys/${successor.id}`), 204);
    expectError(await me({ token: successor.key }), 401, 'unauthorized');
    expectError(
      await identity.call(founder, 'DELETE', `/v1/api-keys/${successor.id}`),
      404,
      'api key not found',
    );
  });

  it('lose the teams that are deleted, and go with the last one', async () => {
    const founder = await identity.founder();
    const [one, other] = [
      await identity.tenancy.createTeam(founder.orgId),
      await identity.tenancy.createTeam(founder.orgId),
    ];
    const both = await identity.key(founder, { limits, operation: 'all', team_ids: [one, other] });
    const only = await identity.key(founder, { limits, operation: 'all', team_ids: [one] });
    await identity.tenancy.deleteTeam(one);
    expectError(await me(only), 401, 'unauthorized');
    expect((await me(both)).status).toBe(200);
    await expect
      .poll(() => keysOf(founder), { timeout: 30_000 })
      .toMatchObject([{ id: both.id, team_id: other, limits }]);
    await identity.tenancy.deleteOrganization(founder.orgId);
    expectError(await me(both), 401, 'unauthorized');
    await eventually(async () => {
      const { rowCount } = await identity.pool.query('SELECT 1 FROM narrow_api_keys WHERE org_id = $1', [
        founder.orgId,
      ]);
      return rowCount === 0;
    });
  });
});

describe('a key that is shown', () => {
  it.each(['without limits', 'with limits'])('is revoked by whoever shows it, %s', async (kind) => {
    const founder = await identity.founder();
    const key = await identity.key(founder, {
      operation: 'all',
      ...(kind === 'with limits' ? { limits } : {}),
    });
    expect((await me(key)).status).toBe(200);
    expectOk(await revoke({ key: key.token }), 204);
    expectError(await me(key), 401, 'unauthorized');
    expectOk(await revoke({ key: key.token }), 204);
    expect(await keysOf(founder)).toEqual([]);
    const { rows } = await identity.pool.query(
      `SELECT actor_id, details FROM audit_entries WHERE api_key_id = $1 AND action = 'api_key.deleted'`,
      [key.id],
    );
    expect(rows).toEqual([{ actor_id: null, details: { shown: 'secret' } }]);
  });

  it.each([{}, { key: '' }, { key: 'ak_' }, { key: `ak_${'0'.repeat(64)}` }, { key: 'x'.repeat(10_000) }])(
    'is not told from a text that is no key',
    async (body) => expectOk(await revoke(body), 204),
  );

  it('is a text', async () => {
    expectError(await revoke({ key: 5 }), 400, 'invalid request body');
  });
});

/** The last test here: it replaces the process. */
describe('while POLICIES is off', () => {
  it('keys with limits are not taken, and those that are there stay', async () => {
    const founder = await identity.founder();
    const key = await identity.key(founder, { limits, operation: 'all' });
    await identity.restart({ env: { POLICIES: 'off' } });
    expectError(await create(founder, { limits }), 503, 'service unavailable');
    expectError(
      await create(founder, { limits: {} }),
      400,
      'invalid limits: limits: must have slugs or refs',
    );
    expect((await create(founder, {})).status).toBe(201);
    expect((await me(key)).status).toBe(200);
    expect((await identity.call(founder, 'POST', `/v1/api-keys/${key.id}/rotate`, {})).status).toBe(201);
  });
});
