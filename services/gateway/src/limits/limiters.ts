/** Where requests are counted: in Redis, with the process's memory as a fallback, or in memory alone. */

import { createRequire } from 'node:module';
import { type Logger, logOutages } from '@px0/service-kit';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { LimiterFactory } from './limits.ts';

/** Where there is no Redis, its client is not loaded. */
const load = createRequire(import.meta.url);

/** Counts in this process. */
export function memoryLimiters(windowSeconds: number): LimiterFactory {
  return (name, points) => new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds });
}

/** Counts in Redis; while it does not answer, in memory, and a request never waits for it longer than the client's timeout. */
export function redisLimiters(redis: Redis, windowSeconds: number): LimiterFactory {
  const memory = memoryLimiters(windowSeconds);
  return (name, points) =>
    new RateLimiterRedis({
      storeClient: redis,
      keyPrefix: `px0:limit:${name}`,
      points,
      duration: windowSeconds,
      rejectIfRedisNotReady: true,
      insuranceLimiter: memory(name, points),
    });
}

/** A Redis client that fails fast instead of queueing, and reconnects for ever. */
export function connectRedis(url: string, logger: Logger): Redis {
  const client: typeof import('ioredis') = load('ioredis');
  const redis = new client.Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 100,
    connectTimeout: 1_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  logOutages(redis, logger, {
    away: 'Redis is unavailable; counting rate limits in memory',
    back: 'Redis is available again',
  });
  return redis;
}
