/**
 * The limits of all callers: by user or API key where there is a credential, and by address. Logins and the like count by address alone,
 * since guessing passwords needs no credential. A credential that is made up only gets a count of its own, and the address bounds how
 * many can be made up.
 */
import type { CostClass } from '@px0/contracts';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { type LimitState, RateLimit } from './rate-limit.ts';

export type Points = { readonly [Cost in CostClass]: number };

export interface LimitVerdict {
  readonly allowed: boolean;
  /** `RateLimit-*` headers, names and values in turn. */
  readonly headers: readonly string[];
  readonly retryAfterSeconds: number;
}

/** Makes the counter of one limit; `name` tells the counters apart in a shared store. */
export type LimiterFactory = (name: string, points: number) => RateLimiterAbstract;

/** An address may stand for an office or a cluster: with credentials, it may ask this many times as much as one of them. */
const ADDRESS_FACTOR = 10;
/** A session token is at most 1 KiB; longer headers are no credential and must not fill the memory. */
const MAX_CREDENTIAL_LENGTH = 1_200;

const UNLIMITED: LimitVerdict = { allowed: true, headers: [], retryAfterSeconds: 0 };

/** The user whose session an Authorization header holds, if it does. */
export type UserOf = (authorization: string) => string | undefined;

export class Limits {
  readonly #userOf: UserOf;
  readonly #byCaller = new Map<CostClass, RateLimit>();
  readonly #byAddress = new Map<CostClass, RateLimit>();
  readonly #policies = new Map<CostClass, string>();

  constructor(points: Points, windowSeconds: number, create: LimiterFactory, userOf: UserOf) {
    this.#userOf = userOf;
    for (const cost of ['auth', 'write', 'read', 'render'] as const) {
      const most = points[cost];
      if (most === 0) continue;
      this.#byCaller.set(cost, new RateLimit(most, create(`${cost}:caller`, most)));
      this.#byAddress.set(
        cost,
        new RateLimit(most * ADDRESS_FACTOR, create(`${cost}:address`, most * ADDRESS_FACTOR)),
      );
      this.#policies.set(cost, `${most};w=${windowSeconds}`);
    }
  }

  /** Counts one request. The verdict is there at once unless a counter has to be asked. */
  take(
    cost: CostClass,
    credential: string | undefined,
    address: string,
  ): LimitVerdict | Promise<LimitVerdict> {
    const byCaller = this.#byCaller.get(cost);
    const byAddress = this.#byAddress.get(cost);
    if (byCaller === undefined || byAddress === undefined) return UNLIMITED;
    const hasCredential =
      cost !== 'auth' && credential !== undefined && credential.length <= MAX_CREDENTIAL_LENGTH;
    if (!hasCredential) return this.#judge(cost, byCaller.take(`address ${address}`), undefined);
    const user = this.#userOf(credential);
    const caller = user === undefined ? credential : `user ${user}`;
    return this.#judge(cost, byCaller.take(caller), byAddress.take(address));
  }

  #judge(
    cost: CostClass,
    caller: LimitState | Promise<LimitState>,
    address: LimitState | Promise<LimitState> | undefined,
  ): LimitVerdict | Promise<LimitVerdict> {
    if (caller instanceof Promise || address instanceof Promise) {
      return Promise.all([caller, address]).then(([one, other]) => this.#verdict(cost, one, other));
    }
    return this.#verdict(cost, caller, address);
  }

  #verdict(cost: CostClass, caller: LimitState, address: LimitState | undefined): LimitVerdict {
    const decisive = address !== undefined && !address.allowed ? address : caller;
    return {
      allowed: decisive.allowed,
      headers: [
        'ratelimit-limit',
        String(decisive.limit),
        'ratelimit-remaining',
        String(decisive.remaining),
        'ratelimit-reset',
        String(decisive.resetSeconds),
        'ratelimit-policy',
        this.#policies.get(cost) ?? '',
      ],
      retryAfterSeconds: decisive.resetSeconds,
    };
  }
}
