/**
 * Follows the usage stream through a durable consumer that all replicas of a service share, so that each message is processed by
 * one of them. A message is acknowledged only after its batch has been processed. Until then it is delivered again, so processing
 * must be idempotent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, type Consumer, DeliverPolicy, type JsMsg, jetstream } from '@nats-io/jetstream';
import { decodeUsage, type UsageWindow, usageSubjects } from '@px0/contracts';
import { isUnavailable, type Logger } from '@px0/service-kit';
import type { Bus } from '../stream/bus.ts';

export interface UsageConsumerOptions {
  readonly bus: Bus;
  /** The name of the durable consumer: one for each service. */
  readonly durable: string;
  /**
   * `plain`: without a filter and without a limit of deliveries, for a consumer that existing installations have so. Servers refuse to add a
   * consumer again with other settings, which would also shut out a replica of the release before. It receives the same messages, since
   * the stream holds only usage. Default: `limited`.
   */
  readonly settings?: 'limited' | 'plain';
  readonly logger: Logger;
  /** Works on what has arrived together. The messages come again later when it fails. */
  readonly work: (windows: readonly UsageWindow[]) => Promise<void>;
}

/** Messages on their way at a time: each may hold 5,000 versions. */
const BATCH = 16;
/**
 * What arrives within it is worked on together. A fetch is not ended earlier: a message on its way to it would be lost to this process,
 * and delivered again only after `ACK_WAIT_NS`.
 */
const FETCH_MS = 1_000;
const RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 600_000;
const ACK_WAIT_NS = 30_000 * 1_000_000;
/** After so many failures, in two hours, a message is left alone: the stream drops it within a day. */
const MAX_DELIVERIES = 20;

export class UsageConsumer {
  readonly #options: UsageConsumerOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: UsageConsumerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when the batch under way has been worked on. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** The stream may be away, or be lost together with the consumer, which is then made again. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#follow(await this.#consumer());
      } catch (error) {
        const { bus, durable, logger } = this.#options;
        if (bus.connected && !signal.aborted)
          logger.warn({ err: error, durable }, 'usage cannot be followed; retrying');
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #consumer(): Promise<Consumer> {
    const { bus, durable, settings = 'limited' } = this.#options;
    const stream = bus.names.stream('usage');
    await bus.manager.consumers.add(stream, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: ACK_WAIT_NS,
      ...(settings === 'limited' && {
        filter_subject: bus.names.onWire(usageSubjects),
        max_deliver: MAX_DELIVERIES,
      }),
    });
    return await jetstream(bus.connection).consumers.get(stream, durable);
  }

  async #follow(consumer: Consumer): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const messages = await consumer.fetch({ max_messages: BATCH, expires: FETCH_MS });
      const stop = () => messages.stop();
      signal.addEventListener('abort', stop, { once: true });
      try {
        const taken: JsMsg[] = [];
        for await (const message of messages) taken.push(message);
        if (taken.length > 0) await this.#work(taken);
      } finally {
        signal.removeEventListener('abort', stop);
      }
    }
  }

  async #work(messages: readonly JsMsg[]): Promise<void> {
    const { durable, logger } = this.#options;
    const readable: Readable[] = [];
    for (const message of messages) {
      const window = decodeUsage(message.string());
      if (window === undefined) {
        logger.warn({ durable, subject: message.subject }, 'a usage message cannot be read and is dropped');
        message.term();
      } else {
        readable.push({ message, window });
      }
    }
    if (readable.length > 0) await this.#workTogether(readable);
  }

  /** When a batch fails, each of its messages is worked on alone: one that always fails must not take others with it. */
  async #workTogether(batch: readonly Readable[]): Promise<void> {
    const { work, durable, logger } = this.#options;
    try {
      await work(batch.map(({ window }) => window));
      for (const { message } of batch) message.ack();
    } catch (error) {
      if (batch.length > 1 && !isUnavailable(error)) {
        for (const readable of batch) await this.#workTogether([readable]);
        return;
      }
      logger.warn({ err: error, durable }, 'usage could not be counted; it will be delivered again');
      for (const { message } of batch) message.nak(retryPauseMs(message.info.deliveryCount));
    }
  }
}

interface Readable {
  readonly message: JsMsg;
  readonly window: UsageWindow;
}

/** How long a message waits for its next delivery, by the number of those before: a database may be away for an hour. */
function retryPauseMs(deliveries: number): number {
  return Math.min(RETRY_MS * 2 ** (deliveries - 1), LONGEST_RETRY_MS);
}
