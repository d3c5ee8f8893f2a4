/**
 * Publishes what was counted, a window every few seconds: one message per process and window. A consumer that inserts by that
 * pair counts a message once, however often it is sent.
 * See docs/decisions/056-usage-counts.md.
 */
import { randomUUID } from 'node:crypto';
import { encodeUsage, type UsageWindow, usageSubject } from '@px0/contracts';
import type { Logger } from '@px0/service-kit';
import type { Bus } from '../stream/bus.ts';
import { BusUnavailableError } from '../stream/errors.ts';

/** What one process has counted since the last window ended. */
export interface UsageCounts {
  readonly versions: readonly {
    readonly promptId: string;
    readonly number: number;
    readonly renders: number;
    readonly failures: number;
    /** One count for each bucket of the contract. */
    readonly latencies: readonly number[];
  }[];
  readonly keys: readonly {
    readonly keyId: string;
    readonly renders: number;
    readonly failures: number;
    /** In milliseconds since 1970. */
    readonly lastUsedAt: number;
  }[];
}

export interface UsageSource {
  /** Hands over everything counted so far, which is then gone from the source; undefined when nothing was. */
  take(): UsageCounts | undefined;
}

export interface UsagePublisherOptions {
  readonly source: UsageSource;
  readonly bus: Bus;
  /** Length of a window. */
  readonly intervalMs: number;
  readonly logger: Logger;
  /** Sees what each window counted, before it is sent. */
  readonly onCounts?: (counts: UsageCounts) => void;
}

/** Entries of a message: with 5,000 it stays below 2 MiB. */
const MAX_ENTRIES = 5_000;

/** Windows kept while NATS is away: at the default interval, half an hour. Older ones are given up, since memory is bounded. */
const MAX_UNSENT = 360;

/** A window that was sent without an answer is sent again under the same key. */
export class UsagePublisher {
  readonly #options: UsagePublisherOptions;
  readonly #process = randomUUID();
  readonly #unsent: UsageWindow[] = [];
  #window = 0;
  #since = new Date();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: UsagePublisherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), this.#options.intervalMs);
    this.#timer.unref();
  }

  /** Sends what is counted so far. Never rejects: what could not be sent waits for the next time. */
  flush(): Promise<void> {
    this.#sending ??= this.#flush().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  /** Ends the rhythm and sends what is left. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.flush();
  }

  async #flush(): Promise<void> {
    this.#collect();
    try {
      for (let next = this.#unsent[0]; next !== undefined; next = this.#unsent[0]) {
        await this.#publish(next);
        this.#unsent.shift();
      }
    } catch (error) {
      const expected = error instanceof BusUnavailableError;
      this.#options.logger[expected ? 'debug' : 'error'](
        { err: error, unsent: this.#unsent.length },
        'usage could not be published',
      );
    }
  }

  #collect(): void {
    const counts = this.#options.source.take();
    const started = this.#since;
    this.#since = new Date();
    if (counts === undefined) return;
    this.#options.onCounts?.(counts);
    for (const window of this.#windowsOf(counts, started, this.#since)) {
      if (this.#unsent.length >= MAX_UNSENT) {
        this.#unsent.shift();
        this.#options.logger.warn(
          'a window of usage counts was given up: the stream has been away for too long',
        );
      }
      this.#unsent.push(window);
    }
  }

  *#windowsOf(counts: UsageCounts, started: Date, ended: Date): Generator<UsageWindow> {
    const messages = Math.ceil(Math.max(counts.versions.length, counts.keys.length) / MAX_ENTRIES);
    for (let message = 0; message < messages; message += 1) {
      const from = message * MAX_ENTRIES;
      this.#window += 1;
      yield {
        process: this.#process,
        window: this.#window,
        started_at: started.toISOString(),
        ended_at: ended.toISOString(),
        versions: counts.versions
          .slice(from, from + MAX_ENTRIES)
          .map(({ promptId, latencies, ...version }) => ({
            prompt_id: promptId,
            ...version,
            latencies: [...latencies],
          })),
        keys: counts.keys.slice(from, from + MAX_ENTRIES).map(({ keyId, lastUsedAt, ...key }) => ({
          key_id: keyId,
          ...key,
          last_used_at: new Date(lastUsedAt).toISOString(),
        })),
      };
    }
  }

  async #publish(window: UsageWindow): Promise<void> {
    await this.#options.bus.publish({
      subject: usageSubject(this.#process),
      payload: encodeUsage(window),
      revision: window.window,
      traceparent: undefined,
      expectation: { messageId: `${window.process}.${window.window}` },
    });
  }
}
