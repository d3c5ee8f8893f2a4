import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createLogger, createPool, silentLogger } from '@px0/service-kit';
import { eventually, freePort, PlayedRedis } from '@px0/testing';
import type { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { connectRedis, RateLimiter, rateLimits } from '../src/rate-limits/mod.ts';

/** Redis is optional, for px0 and for its tests. */
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

const servers: ChildProcess[] = [];
const clients: Redis[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  for (const server of servers.splice(0)) await end(server);
});

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  server.kill('SIGKILL');
  await once(server, 'exit');
}

async function startRedis(): Promise<{ url: string; server: ChildProcess }> {
  const port = await freePort();
  const server = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  servers.push(server);
  return { url: `redis://127.0.0.1:${port}`, server };
}

/** One replica's limiter: its Postgres is nowhere, so a count that came from there would be noticed. */
function replica(url: string): { limiter: RateLimiter; redis: Redis } {
  const logger = silentLogger();
  const redis = connectRedis(url, logger);
  clients.push(redis);
  const pool = createPool({ connectionString: 'postgres://127.0.0.1:9/nowhere', schema: 'identity', logger });
  const limits = rateLimits('strict', { 'login.account': { calls: 3, seconds: 60 } });
  return { limiter: new RateLimiter({ limits, pool, redis, keyPrefix: 'test:' }), redis };
}

describe('a Redis that refuses the password', () => {
  it('is named in the log, with the reason and without the password', async () => {
    const played = await PlayedRedis.start('right');
    let log = '';
    const logger = createLogger({
      service: 'identity',
      destination: {
        write: (line) => {
          log += line;
        },
      },
    });
    clients.push(connectRedis(played.url.replace('//', '//:hunter2@'), logger));
    await expect.poll(() => log).toContain('WRONGPASS');
    expect(log).not.toContain('hunter2');
    await played.close();
  });
});

describe.skipIf(!hasRedis)('attempts counted in Redis', () => {
  it('are counted by all replicas together, under no readable address', async () => {
    const { url } = await startRedis();
    const [first, second] = [replica(url), replica(url)];
    for (const { redis } of [first, second]) await eventually(() => redis.status === 'ready');
    await first.limiter.byAccount('login.account', 'ada@example.com');
    await second.limiter.byAccount('login.account', 'Ada@Example.com');
    await first.limiter.byAccount('login.account', 'ada@example.com');
    await expect(second.limiter.byAccount('login.account', 'ada@example.com')).rejects.toMatchObject({
      code: 'tooManyRequests',
    });
    const keys = await first.redis.keys('*');
    expect(keys.length).toBe(1);
    expect(keys.join()).not.toMatch(/ada|example/i);
    await first.limiter.forgive('login.account', 'ada@example.com');
    await expect(first.limiter.byAccount('login.account', 'ada@example.com')).resolves.toBeUndefined();
  });

  it('go on in memory when Redis dies, and in Redis when it is back', async () => {
    const { url, server } = await startRedis();
    const { limiter, redis } = replica(url);
    await eventually(() => redis.status === 'ready');
    await limiter.byAccount('login.account', 'ada@example.com');
    await end(server);
    await eventually(() => redis.status !== 'ready');
    for (let attempt = 0; attempt < 3; attempt++) await limiter.byAccount('login.account', 'ada@example.com');
    await expect(limiter.byAccount('login.account', 'ada@example.com')).rejects.toMatchObject({
      code: 'tooManyRequests',
    });
    servers.push(
      spawn('redis-server', ['--port', new URL(url).port, '--save', '', '--appendonly', 'no'], {
        stdio: 'ignore',
      }),
    );
    await eventually(() => redis.status === 'ready');
    await limiter.byAccount('login.account', 'grace@example.com');
    expect((await redis.keys('*')).length).toBe(1);
  });
});
