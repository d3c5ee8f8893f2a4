/**
 * Counts attempts by address and by account, in Redis if configured, otherwise in Postgres, so that replicas count together and a
 * restart forgets nothing. While the store is away, each process counts for itself: a limit never takes the service down.
 * See docs/decisions/053-account-enumeration.md.
 */
import { hash } from 'node:crypto';
import { ApiError } from '@px0/service-kit';
import type { Redis } from 'ioredis';
import type pg from 'pg';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { emailKey } from '../users/mod.ts';
import type { RateLimitRule, RateLimits } from './rules.ts';

export interface RateLimiterOptions {
  /** Undefined: nothing is limited. */
  readonly limits: RateLimits | undefined;
  readonly pool: pg.Pool;
  readonly redis: Redis | undefined;
  /** Set apart installations that share a Redis. */
  readonly keyPrefix: string;
}

export class RateLimiter {
  readonly #limiters: ReadonlyMap<string, RateLimiterAbstract>;

  constructor(options: RateLimiterOptions) {
    this.#limiters = new Map(
      Object.entries(options.limits ?? {}).map(([rule, { calls, seconds }]) => [
        rule,
        createLimiter(options, {
          keyPrefix: `${options.keyPrefix}${rule}`,
          points: calls,
          duration: seconds,
        }),
      ]),
    );
  }

  /** Counts one attempt from a client address. @throws ApiError tooManyRequests with Retry-After */
  byAddress(rule: RateLimitRule, address: string): Promise<void> {
    return this.#count(rule, addressKey(address));
  }

  /** Counts one attempt on an account, whether or not it exists. @throws ApiError tooManyRequests with Retry-After */
  byAccount(rule: RateLimitRule, emailOrId: string): Promise<void> {
    return this.#count(rule, accountKey(emailOrId));
  }

  /** Forgets an account's attempts: its owner has just proved to be there. */
  async forgive(rule: RateLimitRule, emailOrId: string): Promise<void> {
    await this.#limiters.get(rule)?.delete(accountKey(emailOrId));
  }

  async #count(rule: RateLimitRule, key: string): Promise<void> {
    try {
      await this.#limiters.get(rule)?.consume(key);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      throw new ApiError('tooManyRequests', {
        retryAfterSeconds: Math.ceil(error.msBeforeNext / 1_000),
        message: `rate limit ${rule}`,
      });
    }
  }
}

interface LimiterSettings {
  readonly keyPrefix: string;
  readonly points: number;
  readonly duration: number;
}

function createLimiter({ redis, pool }: RateLimiterOptions, settings: LimiterSettings): RateLimiterAbstract {
  // The refused are remembered in the process: an attacker's further calls cost no query.
  const inMemoryBlockOnConsumed = settings.points + 1;
  const shared = { ...settings, inMemoryBlockOnConsumed, insuranceLimiter: new RateLimiterMemory(settings) };
  if (redis !== undefined) return new RateLimiterRedis({ ...shared, storeClient: redis });
  return new RateLimiterPostgres({
    ...shared,
    storeClient: pool,
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
    clearExpiredByTimeout: false,
  });
}

/** Digests, so that no address of a person lies in the store, and no input can be too long for it. */
function accountKey(emailOrId: string): string {
  return hash('sha256', emailKey(emailOrId), 'base64url');
}

/** An IPv6 customer has at least a /64: single addresses of it are free. */
export function addressKey(address: string): string {
  const plain = address.replace(/^::ffff:/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length;
  const full =
    tail === undefined
      ? groups
      : [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...tail.split(':')];
  return `${full
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':')}::/64`;
}
