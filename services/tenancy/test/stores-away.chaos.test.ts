/** Tenancy while what it stands on is away: it says so, loses nothing, and goes on by itself. */
import { eventually, type OwnNats, type OwnPostgres, ownNats, ownPostgres } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Founder, RunningTenancy } from './running-tenancy.ts';

let postgres: OwnPostgres;
let nats: OwnNats;
let tenancy: RunningTenancy;
let founder: Founder;

beforeAll(async () => {
  [postgres, nats] = await Promise.all([ownPostgres(), ownNats()]);
  tenancy = await RunningTenancy.start({
    database: { url: postgres.url, drop: async () => undefined },
    bus: { servers: nats.url, streamPrefix: '' },
  });
  // Killed on purpose: what breaks on the test's own connections is no news.
  tenancy.pool.on('error', () => undefined);
  founder = await tenancy.founder();
});
afterAll(async () => {
  await tenancy?.stop();
  await Promise.all([postgres?.close(), nats?.close()]);
});

const send = (method: string, path: string, body?: unknown) =>
  tenancy.sendPlain(method, path, {
    headers: { authorization: `Bearer ${founder.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

it('without Postgres it answers 503 instead of waiting for it, and works again when it is back', async () => {
  await postgres.kill();
  for (const [method, path] of [
    ['GET', '/v1/me/orgs'],
    ['DELETE', `/v1/teams/${founder.teamId}`],
  ] as const) {
    const reply = await send(method, path);
    expect(reply).toMatchObject({ status: 503, body: { error: 'service unavailable' } });
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  }
  const stranger = await tenancy.sendPlain('GET', '/v1/me/orgs', { headers: { authorization: 'Bearer no' } });
  expect(stranger).toMatchObject({ status: 401 });
  await postgres.start();
  await eventually(async () => (await send('GET', '/v1/me/orgs')).status === 200);
});

it('without NATS changes succeed and say that they are pending; they are published when it is back', async () => {
  await nats.kill();
  const created = await send('POST', `/v1/orgs/${founder.orgId}/teams`, { name: 'Made in the dark' });
  expect(created).toMatchObject({ status: 201 });
  expect(created.headers.get('px0-pending')).toBe('true');
  expect(await send('GET', `/v1/orgs/${founder.orgId}/teams`)).toMatchObject({
    status: 200,
    body: { teams: [{ name: 'Default Team' }, { name: 'Made in the dark' }] },
  });
  await nats.start();
  await eventually(
    async () => {
      const { rows } = await tenancy.pool.query('SELECT 1 FROM outbox WHERE published_revision < revision');
      return rows.length === 0;
    },
    { timeoutMs: 60_000 },
  );
  const reply = await send('GET', '/v1/me/teams');
  expect(reply.headers.get('px0-pending')).toBeNull();
});
