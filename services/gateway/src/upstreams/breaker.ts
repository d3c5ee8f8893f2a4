/**
 * The circuit breaker of one address of an upstream. It guards against a process that does not answer: connections that fail,
 * break, or time out. Every answer counts as success, a 500 or 503 too: the service is there and decides for itself, route by
 * route; a missing database must not take the routes down that do without it.
 *
 * opossum counts in a rolling window, told by its own events: its `fire()` would cost each request several promises. Only a request of the
 * gateway's own decides when to close, and each closing begins with a new count (docs/decisions/041-circuit-breakers.md).
 */
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import type { Logger } from '@px0/service-kit';
import CircuitBreaker from 'opossum';
import { isClientFault } from './failures.ts';

export type BreakerState = 'closed' | 'half-open' | 'open';

export interface BreakerOptions {
  /** The upstream's name and the address, for the log. */
  readonly upstream: string;
  readonly address: string;
  /** Asks the address; rejects when it does not answer, and soon after `signal`. */
  readonly trial: (signal: AbortSignal) => Promise<void>;
  readonly logger: Logger;
}

/** More than half of the requests of a window must fail, and at least this many have been sent: one hiccup opens nothing. */
const ERROR_THRESHOLD_PERCENT = 50;
const VOLUME_THRESHOLD = 10;
const WINDOW_MS = 10_000;
/** Pause before a trial, on average. Short: a restarted service is back within seconds. */
const TRIAL_PAUSE_MS = 1_000;

/** The count of one period in which the breaker is closed. Only this module looks inside. */
export type Circuit = CircuitBreaker<[], void>;

export class Breaker {
  readonly #options: BreakerOptions;
  readonly #end = new AbortController();
  /** Undefined while the breaker is open: what was sent before then ends up at a circuit that is gone, and counts nowhere. */
  #circuit: Circuit | undefined;
  #resting = false;
  #nextTrial: NodeJS.Timeout | undefined;
  #trialRuns = false;

  constructor(options: BreakerOptions) {
    this.#options = options;
    this.#circuit = this.#newCircuit();
  }

  get state(): BreakerState {
    if (this.#circuit !== undefined) return 'closed';
    return this.#trialRuns ? 'half-open' : 'open';
  }

  /** True while the address is better left alone, though it may be used if there is no other. */
  get isResting(): boolean {
    return this.#resting;
  }

  /** Counts a request that is about to be sent. Give what it returns to `settle`, once. Do not call it while the breaker is open. */
  begin(): Circuit | undefined {
    this.#circuit?.emit('fire');
    return this.#circuit;
  }

  /** Counts how a request ended: with an answer's headers, or with an error instead. One from before the last opening counts nowhere. */
  settle(circuit: Circuit | undefined, error?: unknown): void {
    if (circuit === undefined || circuit !== this.#circuit) return;
    if (error === undefined || isClientFault(error)) {
      circuit.emit('success');
      return;
    }
    circuit.emit('failure');
    const { fires, failures } = circuit.stats;
    if (fires >= circuit.volumeThreshold && failures * 100 > fires * ERROR_THRESHOLD_PERCENT) circuit.open();
  }

  /** Notes a failure that is reason enough to prefer other addresses, until this one answers a trial or a request. */
  rest(): void {
    this.#resting = true;
    this.#scheduleTrial();
  }

  /** Notes an answer to a client's request. It ends a rest; an open breaker waits for its own trial. */
  wake(): void {
    this.#resting = false;
  }

  /** Ends the trials, also one that is under way. */
  shutdown(): void {
    this.#end.abort();
    clearTimeout(this.#nextTrial);
    this.#circuit?.shutdown();
  }

  #newCircuit(): Circuit {
    const circuit: Circuit = new CircuitBreaker(async () => undefined, {
      name: this.#options.upstream,
      volumeThreshold: VOLUME_THRESHOLD,
      rollingCountTimeout: WINDOW_MS,
      // Percentiles would sort ten seconds of latencies at every failure, when there is least time for it.
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    });
    circuit.on('open', () => this.#open());
    return circuit;
  }

  #open(): void {
    const { upstream, address, logger } = this.#options;
    logger.warn({ upstream, address }, 'breaker opened');
    // Before opossum's own half-open state, which would let a client's request through.
    this.#circuit?.shutdown();
    this.#circuit = undefined;
    this.#scheduleTrial();
  }

  #scheduleTrial(): void {
    if (this.#nextTrial !== undefined || this.#trialRuns || this.#end.signal.aborted) return;
    // Many gateways notice the same failure at the same time.
    const pause = TRIAL_PAUSE_MS * (0.75 + Math.random() / 2);
    // The failure belongs to a client's request, and to its trace; the trials do not.
    context.with(ROOT_CONTEXT, () => {
      this.#nextTrial = setTimeout(() => void this.#runTrial(), pause).unref();
    });
  }

  async #runTrial(): Promise<void> {
    this.#nextTrial = undefined;
    // A client has had an answer since.
    if (this.#circuit !== undefined && !this.#resting) return;
    this.#trialRuns = true;
    const answered = await this.#options.trial(this.#end.signal).then(
      () => true,
      () => false,
    );
    this.#trialRuns = false;
    if (this.#end.signal.aborted) return;
    if (answered) this.#close();
    else this.#scheduleTrial();
  }

  #close(): void {
    this.#resting = false;
    if (this.#circuit !== undefined) return;
    const { upstream, address, logger } = this.#options;
    logger.info({ upstream, address }, 'breaker closed');
    this.#circuit = this.#newCircuit();
  }
}
