/** The connection to Redis. Nothing waits for it: while Redis is away, attempts are counted in memory. */
import { createRequire } from 'node:module';
import { type Logger, logOutages } from '@px0/service-kit';
import type { Redis } from 'ioredis';

/** Where there is no Redis, its client is not loaded. */
const load = createRequire(import.meta.url);

const LONGEST_PAUSE_MS = 5_000;

export function connectRedis(url: string, logger: Logger): Redis {
  const client: typeof import('ioredis') = load('ioredis');
  const redis = new client.Redis(url, {
    // A command is refused at once while Redis is away, so that the insurance in memory takes over.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    connectTimeout: 2_000,
    commandTimeout: 500,
    retryStrategy: (attempt) => Math.min(attempt * 200, LONGEST_PAUSE_MS),
  });
  logOutages(redis, logger, {
    away: 'Redis is away; attempts are counted in memory',
    back: 'Redis is available again',
  });
  return redis;
}
