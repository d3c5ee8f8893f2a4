/** The rate limiter as the configuration says: which limits, counted where. */
import type { Cleanups, Logger } from '@px0/service-kit';
import type pg from 'pg';
import type { Config } from '../config.ts';
import { connectRedis } from './connect-redis.ts';
import { RateLimiter } from './rate-limiter.ts';
import { rateLimits } from './rules.ts';

export interface RateLimiterParts {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly cleanups: Pick<Cleanups, 'add'>;
}

export function createRateLimiter(config: Config, { pool, logger, cleanups }: RateLimiterParts): RateLimiter {
  const redis = config.REDIS_URL === undefined ? undefined : connectRedis(config.REDIS_URL, logger);
  if (redis !== undefined) cleanups.add('redis', () => redis.disconnect());
  const profile = config.AUTH_RATE_LIMITS ?? (config.NODE_ENV === 'production' ? 'strict' : 'generous');
  return new RateLimiter({
    limits: rateLimits(profile, config.AUTH_RATE_LIMIT_OVERRIDES),
    pool,
    redis,
    keyPrefix: `px0:${config.PX0_STREAM_PREFIX}identity:`,
  });
}
