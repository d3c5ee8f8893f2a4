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
    /** Of services that gave their names; the counts include them. */
    readonly services?: readonly {
      readonly service: string;
      readonly renders: number;
      readonly failures: number;
    }[];
    /** Of API keys, and of people's sessions (null); the counts include them. */
    readonly callers?: readonly {
      readonly keyId: string | null;
      readonly renders: number;
      readonly failures: number;
    }[];
    /** Why renders failed; the counts include them. */
    readonly reasons?: readonly { readonly reason: string; readonly failures: number }[];
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

/** Entries of a message, be they versions, what is counted beside them, or keys: with 5,000 it stays below 4 MiB. */
const MAX_ENTRIES = 5_000;

/** Windows kept while NATS is away: at the default interval, half an hour. Older ones are given up, since memory is bounded. */
const MAX_UNSENT = 360;

/** Beyond so many, windows are kept without services, callers and reasons, of which a version may have hundreds. */
const MAX_UNSENT_WITH_DETAILS = 24;

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
    const keepsDetails = this.#unsent.length < MAX_UNSENT_WITH_DETAILS;
    const versions = [...messagesOf(counts.versions, keepsDetails)];
    const messages = Math.max(versions.length, Math.ceil(counts.keys.length / MAX_ENTRIES));
    for (let message = 0; message < messages; message += 1) {
      const from = message * MAX_ENTRIES;
      this.#window += 1;
      yield {
        process: this.#process,
        window: this.#window,
        started_at: started.toISOString(),
        ended_at: ended.toISOString(),
        versions: versions[message] ?? [],
        keys: counts.keys.slice(from, from + MAX_ENTRIES).map(({ keyId, lastUsedAt, ...key }) => ({
          key_id: keyId,
          ...key,
          last_used_at: new Date(lastUsedAt).toISOString(),
        })),
      };
    }
  }

  async #publish(window: UsageWindow): Promise<void> {
    await publishUsage(this.#options.bus, window);
  }
}

/**
 * Sends one window. Sent again, it is counted once.
 *
 * @throws BusUnavailableError when NATS is away or silent
 */
export async function publishUsage(bus: Bus, window: UsageWindow): Promise<void> {
  await bus.publish({
    subject: usageSubject(window.process),
    payload: encodeUsage(window),
    revision: window.window,
    traceparent: undefined,
    expectation: { messageId: `${window.process}.${window.window}` },
  });
}

/** The versions of one message after the other: as many as fit. */
function* messagesOf(
  versions: UsageCounts['versions'],
  keepsDetails: boolean,
): Generator<UsageWindow['versions']> {
  let message: UsageWindow['versions'] = [];
  let entries = 0;
  for (const { promptId, latencies, services, callers, reasons, ...version } of versions) {
    const details = keepsDetails ? { services, callers, reasons } : {};
    const more =
      1 + (details.services?.length ?? 0) + (details.callers?.length ?? 0) + (details.reasons?.length ?? 0);
    if (entries + more > MAX_ENTRIES) {
      yield message;
      message = [];
      entries = 0;
    }
    message.push({
      prompt_id: promptId,
      ...version,
      latencies: [...latencies],
      ...(details.services !== undefined && { services: [...details.services] }),
      ...(details.callers !== undefined && {
        callers: details.callers.map(({ keyId, ...counts }) => ({ key_id: keyId, ...counts })),
      }),
      ...(details.reasons !== undefined && { reasons: [...details.reasons] }),
    });
    entries += more;
  }
  if (message.length > 0) yield message;
}
