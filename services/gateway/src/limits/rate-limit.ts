/**
 * Limits how much one caller may ask in a window. `rate-limiter-flexible` counts in Redis when there is one, so replicas of the gateway
 * share the count, and in memory otherwise; when Redis does not answer within 100 ms, its insurance counts in memory.
 *
 * Asking Redis for each request would put a network call, and its outages, on the render path. A gateway therefore takes a fiftieth of a
 * limit at once (a lease, at least one point) and spends it locally: one question per lease. With n gateways, a caller may be refused up to
 * n leases (2 % of the limit each) early; limits below 50 are exact. Unspent leases end with their window.
 */
import { createHash } from 'node:crypto';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { RateLimiterRes } from 'rate-limiter-flexible';

export interface LimitState {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Whole seconds until the window ends. */
  readonly resetSeconds: number;
}

interface Lease {
  /** Points taken and not spent; negative infinity while the caller is over the limit. */
  left: number;
  /** Points that are not used yet. */
  untaken: number;
  endsAt: number;
  /** One question at a time: requests that arrive meanwhile wait for its answer. */
  taking: Promise<void> | undefined;
}

const LEASES_PER_WINDOW = 50;
/** Callers whose leases are kept at a time; the counts of the others are with the limiter. */
const MAX_LEASES = 20_000;

export class RateLimit {
  readonly #points: number;
  readonly #chunk: number;
  readonly #limiter: RateLimiterAbstract;
  readonly #leases = new Map<string, Lease>();

  /** `limiter` was created with the same number of points. */
  constructor(points: number, limiter: RateLimiterAbstract) {
    this.#points = points;
    this.#chunk = Math.max(1, Math.floor(points / LEASES_PER_WINDOW));
    this.#limiter = limiter;
  }

  /** Spends one point. Answers at once, but for one request in each lease. */
  take(caller: string): LimitState | Promise<LimitState> {
    const now = performance.now();
    const lease = this.#leases.get(caller);
    if (lease === undefined || now >= lease.endsAt) return this.#takeFresh(caller);
    if (lease.left >= 1) {
      lease.left -= 1;
      return this.#state(lease, true, now);
    }
    if (lease.untaken <= 0 && lease.taking === undefined) return this.#state(lease, false, now);
    return this.#takeMore(caller, lease);
  }

  #takeFresh(caller: string): Promise<LimitState> {
    const lease: Lease = {
      left: 0,
      untaken: this.#points,
      endsAt: Number.POSITIVE_INFINITY,
      taking: undefined,
    };
    // Maps keep the order of insertion: the first is the oldest.
    if (this.#leases.size >= MAX_LEASES) this.#leases.delete(this.#leases.keys().next().value ?? '');
    this.#leases.set(caller, lease);
    return this.#takeMore(caller, lease);
  }

  async #takeMore(caller: string, lease: Lease): Promise<LimitState> {
    lease.taking ??= this.#ask(caller, lease).finally(() => {
      lease.taking = undefined;
    });
    await lease.taking;
    if (lease.left < 1 && lease.untaken > 0) return this.#takeMore(caller, lease);
    const allowed = lease.left >= 1;
    if (allowed) lease.left -= 1;
    return this.#state(lease, allowed, performance.now());
  }

  async #ask(caller: string, lease: Lease): Promise<void> {
    try {
      const answer = await this.#limiter.consume(keyOf(caller), this.#chunk);
      this.#learn(lease, answer, this.#chunk);
    } catch (refusal) {
      if (refusal instanceof RateLimiterRes) this.#learn(lease, refusal, 0);
      // Neither Redis nor the memory counted: an outage of the counting is not an outage of the API.
      else {
        lease.left = this.#chunk;
        lease.endsAt = performance.now() + 1_000;
      }
    }
  }

  #learn(lease: Lease, answer: RateLimiterRes, taken: number): void {
    lease.left += taken;
    lease.untaken = taken === 0 ? 0 : answer.remainingPoints;
    lease.endsAt = performance.now() + answer.msBeforeNext;
  }

  #state(lease: Lease, allowed: boolean, now: number): LimitState {
    return {
      allowed,
      limit: this.#points,
      remaining: Math.max(0, lease.left + lease.untaken),
      resetSeconds: Math.max(1, Math.ceil((lease.endsAt - now) / 1_000)),
    };
  }
}

/** Credentials are not stored in Redis: its keys are their hashes. */
function keyOf(caller: string): string {
  return createHash('sha256').update(caller).digest('base64url');
}
