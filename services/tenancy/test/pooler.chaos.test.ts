/** Tenancy when the address of its Postgres turns into a connection pooler's while it runs. */
import { pgbouncerRefusal, refuse, TcpProxy, testBus, testDatabase, through } from '@px0/testing';
import { expect, it } from 'vitest';
import { RunningTenancy } from './running-tenancy.ts';

it('is not ready and says why, answers 503, and is ready again when it reaches Postgres itself', async () => {
  const [database, bus] = await Promise.all([testDatabase(), testBus()]);
  let isPooler = false;
  const proxy = await TcpProxy.start(Number(new URL(database.url).port), {
    accept: (client) => isPooler && refuse(client, pgbouncerRefusal),
  });
  const tenancy = await RunningTenancy.start({
    database: { ...database, url: through(database.url, proxy) },
    bus,
  });
  try {
    tenancy.pool.on('error', () => undefined);
    const founder = await tenancy.founder();
    const readiness = async (): Promise<unknown> => {
      const response = await fetch(`${tenancy.url}/readyz`);
      return { status: response.status, body: await response.json() };
    };
    isPooler = true;
    proxy.cut();
    proxy.heal();
    await expect.poll(readiness).toMatchObject({
      status: 503,
      body: {
        ready: false,
        postgres: expect.stringMatching(
          /^DATABASE_URL leads to a connection pooler: it refuses px0’s settings/,
        ),
      },
    });
    const headers = { authorization: `Bearer ${founder.token}` };
    expect(await tenancy.sendPlain('GET', '/v1/me/orgs', { headers })).toMatchObject({ status: 503 });
    isPooler = false;
    await expect.poll(readiness).toMatchObject({ status: 200, body: { ready: true } });
  } finally {
    isPooler = false;
    await tenancy.stop();
    await proxy.close();
  }
});
