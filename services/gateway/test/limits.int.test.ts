import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { signSession } from '@px0/access';
import { eventually } from '@px0/testing';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { deadUrl, fakeService, gateway, ok, stopAll } from './fixture.ts';

const servers: ChildProcess[] = [];

afterEach(async () => {
  await stopAll();
  for (const server of servers.splice(0)) {
    if (server.exitCode !== null || server.signalCode !== null) continue;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
});

/** Redis is optional, for px0 and for its tests. */
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

const curve = { namedCurve: 'P-256' } as const;

const as = (credential: string) => ({ headers: { authorization: `Bearer ${credential}` } });
const statuses = async (count: number, call: () => Promise<Response>) => {
  const seen: number[] = [];
  for (let i = 0; i < count; i++) seen.push((await call()).status);
  return seen;
};

describe('rate limits', () => {
  it('count down in standard headers, then refuse in the contract’s words and say when to come back', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({
      TENANCY_URL: tenancy.url,
      RATE_LIMIT_READ: '3',
      RATE_LIMIT_WINDOW_SECONDS: '30',
    });
    const remaining: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      const response = await fetch(`${url}/v1/me/orgs`, as('sess_1'));
      remaining.push(response.headers.get('ratelimit-remaining'));
      expect(response.headers.get('ratelimit-limit')).toBe('3');
      expect(response.headers.get('ratelimit-policy')).toBe('3;w=30');
    }
    expect(remaining).toEqual(['2', '1', '0']);
    const refused = await fetch(`${url}/v1/me/orgs`, as('sess_1'));
    expect([refused.status, await refused.json()]).toEqual([429, { error: 'too many requests' }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(30);
    expect(tenancy.seen).toHaveLength(3);
  });

  it('are each credential’s own, and each cost class’s own', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url, RATE_LIMIT_READ: '1', RATE_LIMIT_WRITE: '1' });
    expect(await statuses(2, () => fetch(`${url}/v1/me/orgs`, as('sess_1')))).toEqual([200, 429]);
    expect(await statuses(2, () => fetch(`${url}/v1/me/orgs`, as('sess_2')))).toEqual([200, 429]);
    const create = () => fetch(`${url}/v1/orgs`, { method: 'POST', body: '{}', ...as('sess_1') });
    expect(await statuses(2, create)).toEqual([200, 429]);
  });

  it('are shared by all sessions of a user, and by no forged one', async () => {
    const [ours, forgers] = [generateKeyPairSync('ec', curve), generateKeyPairSync('ec', curve)];
    const kid = randomUUID();
    const identity = await fakeService((_req, res) => {
      const jwk = { ...ours.publicKey.export({ format: 'jwk' }), kid };
      res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
    });
    const tenancy = await fakeService(ok);
    const { url } = await gateway({
      IDENTITY_URL: identity.url,
      TENANCY_URL: tenancy.url,
      RATE_LIMIT_READ: '10',
    });
    const session = (userId: string, { privateKey } = ours) => {
      const issuedAt = Math.floor(Date.now() / 1_000);
      const claims = { userId, sessionNumber: 1, tokenId: randomUUID(), issuedAt, expiresAt: issuedAt + 600 };
      return signSession(claims, { kid, privateKey });
    };
    const left = async (token: string) =>
      Number((await fetch(`${url}/v1/me/orgs`, as(token))).headers.get('ratelimit-remaining'));
    // The first token makes the gateway ask for the keys; until it has them, each session counts for itself.
    await eventually(async () => {
      const stranger = randomUUID();
      return (await left(session(stranger))) === 9 && (await left(session(stranger))) === 8;
    });
    const [user, other] = [randomUUID(), randomUUID()];
    expect([await left(session(user)), await left(session(user)), await left(session(other))]).toEqual([
      9, 8, 9,
    ]);
    expect(await left(session(user, forgers))).toBe(9);
    expect(await left(session(user))).toBe(7);
  });

  it('hold for an address that makes up credentials', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url, RATE_LIMIT_READ: '2' });
    let made = 0;
    const seen = await statuses(25, () => fetch(`${url}/v1/me/orgs`, as(`sess_${made++}`)));
    expect(seen.filter((status) => status === 200)).toHaveLength(20);
  });

  it('of logins count by address, whatever credential is sent along', async () => {
    const identity = await fakeService(ok);
    const { url } = await gateway({ IDENTITY_URL: identity.url, RATE_LIMIT_AUTH: '2' });
    let made = 0;
    const login = () =>
      fetch(`${url}/v1/auth/login`, { method: 'POST', body: '{}', ...as(`sess_${made++}`) });
    expect(await statuses(3, login)).toEqual([200, 200, 429]);
  });

  it('refill when the window ends', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({
      TENANCY_URL: tenancy.url,
      RATE_LIMIT_READ: '1',
      RATE_LIMIT_WINDOW_SECONDS: '1',
    });
    const read = () => fetch(`${url}/v1/me/orgs`);
    // Two requests within one window, which a busy machine may miss at first.
    await eventually(async () => (await statuses(2, read)).join() === '200,429');
    await eventually(async () => (await read()).status === 200);
  });

  it('of zero are none', async () => {
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url, RATE_LIMIT_READ: '0' });
    const response = await fetch(`${url}/v1/me/orgs`);
    expect([response.status, response.headers.get('ratelimit-limit')]).toEqual([200, null]);
  });

  it('by default let a test suite register, log in and render by the hundred from one address', async () => {
    const service = await fakeService(ok);
    const { url } = await gateway({ IDENTITY_URL: service.url, RENDER_URL: service.url });
    const post = (path: string) => fetch(url + path, { method: 'POST', body: '{}' });
    expect(new Set(await statuses(150, () => post('/v1/auth/login')))).toEqual(new Set([200]));
    expect(new Set(await statuses(150, () => post('/v1/prompts/hello/render')))).toEqual(new Set([200]));
  });
});

describe.skipIf(!hasRedis)('with Redis', () => {
  it('two gateways share a limit', async () => {
    const redis = await startRedis();
    const tenancy = await fakeService(ok);
    const env = { TENANCY_URL: tenancy.url, RATE_LIMIT_READ: '4', REDIS_URL: redis };
    const [one, two] = await Promise.all([gateway(env), gateway(env)]);
    await eventually(
      async () => (await fetch(`${one.url}/v1/health`)).ok && (await fetch(`${two.url}/v1/health`)).ok,
    );
    await redisReady(redis, one.url, two.url);
    const seen = [
      ...(await statuses(3, () => fetch(`${one.url}/v1/me/orgs`, as('sess_1')))),
      ...(await statuses(3, () => fetch(`${two.url}/v1/me/orgs`, as('sess_1')))),
    ];
    expect(seen.filter((status) => status === 200)).toHaveLength(4);
  });

  it('that is away, nothing changes for clients', async () => {
    const tenancy = await fakeService(ok);
    const away = (await deadUrl()).replace('http', 'redis');
    const { url } = await gateway({ TENANCY_URL: tenancy.url, RATE_LIMIT_READ: '2', REDIS_URL: away });
    expect(await statuses(3, () => fetch(`${url}/v1/me/orgs`))).toEqual([200, 200, 429]);
  });

  it('that hangs or dies in the middle, requests go on', async () => {
    const redis = await startRedis();
    const tenancy = await fakeService(ok);
    const { url } = await gateway({ TENANCY_URL: tenancy.url, RATE_LIMIT_READ: '1000', REDIS_URL: redis });
    await redisReady(redis, url);
    expect(await statuses(3, () => fetch(`${url}/v1/me/orgs`, as('sess_1')))).toEqual([200, 200, 200]);
    servers[0]?.kill('SIGSTOP');
    expect(new Set(await statuses(50, () => fetch(`${url}/v1/me/orgs`, as('sess_2'))))).toEqual(
      new Set([200]),
    );
    servers[0]?.kill('SIGKILL');
    expect(new Set(await statuses(50, () => fetch(`${url}/v1/me/orgs`, as('sess_3'))))).toEqual(
      new Set([200]),
    );
  });
});

/** A Redis of this test's own, on a free port. */
async function startRedis(): Promise<string> {
  const port = new URL(await deadUrl()).port;
  const server = spawn('redis-server', ['--port', port, '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  servers.push(server);
  return `redis://127.0.0.1:${port}`;
}

/**
 * The clients connect in the background; until they are ready, each gateway counts in memory. Asks by writes, which count apart from reads, and each time
 * as another caller, who has no lease yet.
 */
async function redisReady(url: string, ...gateways: readonly string[]): Promise<void> {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  const counted = async () => {
    const calls = (await redis.info('commandstats')).matchAll(/cmdstat_eval\w*:calls=(\d+)/g);
    return [...calls].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  for (const gatewayUrl of gateways) {
    await eventually(async () => {
      const before = await counted();
      await fetch(`${gatewayUrl}/v1/orgs`, { ...as(`sess_${randomUUID()}`), method: 'POST' });
      return (await counted()) > before;
    });
  }
  redis.disconnect();
}
