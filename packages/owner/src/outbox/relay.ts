/**
 * Publishes what writers left owed: after a crash between commit and publish, after NATS was away, or when a new epoch made every
 * row owed. Any number of relays may run; leases keep them off each other's rows, and no transaction is open while one publishes.
 */
import { randomUUID } from 'node:crypto';
import { type Bus, BusUnavailableError, Signal } from '@px0/event-bus/internal';
import type { Logger } from '@px0/service-kit';
import { type Lookout, WATCHED_PAUSE_MS } from '../lookout.ts';
import type { Outbox } from './outbox.ts';
import type { OwedRow, Settled } from './outbox-row.ts';
import { IS_OWED } from './outbox-store.ts';

export interface RelayOptions {
  readonly outbox: Outbox;
  readonly bus: Bus;
  readonly logger: Logger;
  /** Milliseconds between looks while something is owed that cannot be published yet. */
  readonly pollMs?: number;
  /** Wakes the relay for what a dead writer left; default: the relay looks for it at each poll. */
  readonly lookout?: Lookout | undefined;
}

/** What is owed is leased, or waits for something else that is owed. */
const POLL_MS = 250;
/** After a failure: soon enough for a restart of NATS, seldom enough not to flood the log. */
const RETRY_MS = 500;

export class Relay {
  readonly #outbox: Outbox;
  readonly #bus: Bus;
  readonly #logger: Logger;
  readonly #pollMs: number;
  readonly #idleMs: number;
  readonly #lookout: Lookout | undefined;
  readonly #owner = randomUUID();
  readonly #signal = new Signal();
  #running: Promise<void> | undefined;
  #stopped = false;
  #stopListening: () => void = () => undefined;

  constructor(options: RelayOptions) {
    this.#outbox = options.outbox;
    this.#bus = options.bus;
    this.#logger = options.logger;
    this.#pollMs = options.pollMs ?? POLL_MS;
    this.#lookout = options.lookout;
    this.#idleMs = this.#lookout === undefined ? this.#pollMs : WATCHED_PAUSE_MS;
  }

  start(): void {
    this.#outbox.onOwed(() => this.wake());
    this.#lookout?.watch(IS_OWED, () => this.wake());
    this.#stopListening = this.#bus.onConnection((connected) => connected && this.wake());
    this.#running ??= this.#run();
  }

  /** Something is owed: look at once. */
  wake(): void {
    this.#signal.raise();
  }

  /** Resolves when the round under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopListening();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const outcome = await this.#round().catch((error: unknown) => this.#failed(error));
      if (outcome === 'idle') await this.#signal.wait(this.#idleMs);
      else if (outcome === 'blocked') await this.#signal.wait(this.#pollMs);
      else if (outcome === 'failed') await this.#signal.wait(RETRY_MS);
    }
  }

  /** `blocked`: something is owed that may not be taken yet, and nobody says when it may. */
  async #round(): Promise<'busy' | 'blocked' | 'idle'> {
    const { epoch, store } = this.#outbox;
    if (epoch === undefined || !this.#bus.connected) return 'idle';
    const generation = this.#outbox.generation();
    const rows = await store.claim(this.#owner);
    if (rows.length === 0) rows.push(...(await store.claimComplete(this.#owner, epoch.epoch)));
    if (rows.length === 0) return (await store.owes()) ? 'blocked' : 'idle';
    await this.#publish(rows, generation);
    return 'busy';
  }

  async #publish(rows: readonly OwedRow[], generation: number): Promise<void> {
    const { publisher, store } = this.#outbox;
    const results = await Promise.allSettled(rows.map((row) => publisher.publish(row, generation)));
    const settled = results.flatMap((result): Settled[] =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    if (settled.length > 0) await this.#outbox.settle(settled, generation);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    await store.release(
      this.#owner,
      rows.map(({ subject }) => subject),
    );
    throw failed.reason;
  }

  #failed(error: unknown): 'failed' {
    if (error instanceof BusUnavailableError) this.#logger.debug({ err: error }, 'the relay waits for NATS');
    else this.#logger.error({ err: error }, 'the relay failed and will try again');
    return 'failed';
  }
}
