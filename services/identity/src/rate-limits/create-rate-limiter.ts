/** Creates the rate limiter from the configuration: which limits, counted where. */
import { type Cleanups, type Logger, metricCatalog, observeAnswers } from '@px0/service-kit';
import type pg from 'pg';
import { connectRedis } from './connect-redis.ts';
import { RateLimiter } from './rate-limiter.ts';
import { type RateLimitOverrides, rateLimits } from './rules.ts';

/** The part of identity's configuration that concerns it; `config.ts` reads the overrides with this folder's parser. */
export interface RateLimitConfig {
  readonly NODE_ENV: string;
  readonly PX0_STREAM_PREFIX: string;
  readonly REDIS_URL?: string | undefined;
  readonly AUTH_RATE_LIMITS?: 'generous' | 'strict' | 'off' | undefined;
  readonly AUTH_RATE_LIMIT_OVERRIDES: RateLimitOverrides;
}

export interface RateLimiterParts {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  readonly cleanups: Pick<Cleanups, 'add'>;
}

export function createRateLimiter(
  config: RateLimitConfig,
  { pool, logger, cleanups }: RateLimiterParts,
): RateLimiter {
  const redis = config.REDIS_URL === undefined ? undefined : connectRedis(config.REDIS_URL, logger);
  if (redis !== undefined) {
    cleanups.add('redis', () => redis.disconnect());
    observeAnswers(metricCatalog.redisUp, () => redis.ping());
  }
  const profile = config.AUTH_RATE_LIMITS ?? (config.NODE_ENV === 'production' ? 'strict' : 'generous');
  return new RateLimiter({
    limits: rateLimits(profile, config.AUTH_RATE_LIMIT_OVERRIDES),
    pool,
    redis,
    keyPrefix: `px0:${config.PX0_STREAM_PREFIX}identity:`,
  });
}
