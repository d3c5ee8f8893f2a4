/**
 * The circuit breaker of one upstream. It guards against a service that does not answer: connections that fail, break, or time
 * out. Every answer counts as success, a 500 or 503 too: the service is there and decides for itself, route by route; a missing
 * database must not take the routes down that do without it.
 */

import type { Logger } from '@px0/service-kit';
import CircuitBreaker from 'opossum';

export type BreakerState = 'closed' | 'half-open' | 'open';

/** Half of the requests of a window must fail, and at least this many have been sent: one hiccup opens nothing. */
const ERROR_THRESHOLD_PERCENT = 50;
const VOLUME_THRESHOLD = 10;
const WINDOW_MS = 10_000;
/** Pause before one request is let through as a probe. Short: a restarted service is back within seconds. */
const RESET_MS = 1_000;

/** The client went away before the answer: says nothing about the upstream. */
export class ClientGoneError extends Error {
  override readonly name = 'ClientGoneError';
}

export class Breaker {
  readonly #circuit: CircuitBreaker<[() => Promise<void>], void>;

  constructor(name: string, logger: Logger) {
    this.#circuit = new CircuitBreaker((action: () => Promise<void>) => action(), {
      name,
      // undici's timeouts are cheaper than a timer per request and end the exchange itself.
      timeout: false,
      errorThresholdPercentage: ERROR_THRESHOLD_PERCENT,
      volumeThreshold: VOLUME_THRESHOLD,
      rollingCountTimeout: WINDOW_MS,
      resetTimeout: RESET_MS,
      // Percentiles would sort ten seconds of latencies at every failure, when there is least time for it.
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      errorFilter: (error: unknown) => error instanceof ClientGoneError,
    });
    this.#circuit.on('open', () => logger.warn({ upstream: name }, 'breaker opened'));
    this.#circuit.on('halfOpen', () => logger.info({ upstream: name }, 'breaker lets a probe through'));
    this.#circuit.on('close', () => logger.info({ upstream: name }, 'breaker closed'));
  }

  get state(): BreakerState {
    if (this.#circuit.opened) return 'open';
    return this.#circuit.halfOpen ? 'half-open' : 'closed';
  }

  /** Runs the action, which settles when the answer's headers are there. Rejects at once while the breaker is open. */
  fire(action: () => Promise<void>): Promise<void> {
    return this.#circuit.fire(action);
  }

  /** True for the rejection of a breaker that is open: the action did not run. */
  static isOpenError(error: unknown): boolean {
    return CircuitBreaker.isOurError(error instanceof Error ? error : new Error(String(error)));
  }

  shutdown(): void {
    this.#circuit.shutdown();
  }
}
