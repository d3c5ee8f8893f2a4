/** The connection to Redis. Nothing waits for it: while Redis is away, attempts are counted in memory. */
import { type Logger, logOutages } from '@px0/service-kit';
import { Redis } from 'ioredis';

const LONGEST_PAUSE_MS = 5_000;

export function connectRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, {
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
