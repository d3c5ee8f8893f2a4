/**
 * Counts renders from the usage stream. Replicas share one durable consumer, so each message is counted by one of them; a message that is
 * delivered again is recognised by its process and window, so it is counted once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg, jetstream } from '@nats-io/jetstream';
import {
  decodeUsage,
  parseUuid,
  type UsageWindow,
  usageLatencyBoundsMs,
  usageSubjects,
} from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import type { Logger } from '@px0/service-kit';
import type { Tx } from '../database/db.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { CountedWindow, UsageStore } from './store.ts';

export interface UsageConsumerOptions {
  readonly prisma: PrismaClient;
  readonly bus: Bus;
  readonly store: UsageStore;
  readonly logger: Logger;
  readonly retentionDays: number;
}

const DURABLE = 'registry-usage';
/** Messages on their way at a time: each may hold 5,000 versions. */
const IN_FLIGHT = 16;
/** After so many failures a message is left: the stream drops it within a day. */
const MAX_DELIVERIES = 20;
const ACK_WAIT_NS = 30_000 * 1_000_000;
const RETRY_MS = 2_000;
const AN_HOUR_MS = 3_600_000;
const LARGEST_VERSION = 2_147_483_647;
/** More buckets than the contract has would only lengthen rows. */
const BUCKETS = usageLatencyBoundsMs.length + 1;

export class UsageConsumer {
  readonly #options: UsageConsumerOptions;
  readonly #stopping = new AbortController();
  #messages: ConsumerMessages | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #loop: Promise<void> = Promise.resolve();

  constructor(options: UsageConsumerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
    this.#expiry = setInterval(() => void this.#expire(), AN_HOUR_MS);
    this.#expiry.unref();
  }

  /** Resolves when the message under way was counted. */
  async stop(): Promise<void> {
    clearInterval(this.#expiry);
    this.#stopping.abort();
    await this.#messages?.close();
    await this.#loop;
  }

  /** The stream may be away, or be lost together with the consumer: it is then made again. */
  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#consume();
      } catch (error) {
        if (!signal.aborted)
          this.#options.logger.debug({ err: error }, 'usage cannot be consumed; trying again');
      }
      await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #consume(): Promise<void> {
    const { bus } = this.#options;
    const stream = bus.names.stream('usage');
    await bus.manager.consumers.add(stream, {
      durable_name: DURABLE,
      filter_subject: bus.names.onWire(usageSubjects),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ack_wait: ACK_WAIT_NS,
      max_deliver: MAX_DELIVERIES,
    });
    const consumer = await jetstream(bus.connection).consumers.get(stream, DURABLE);
    const messages = await consumer.consume({ max_messages: IN_FLIGHT, abort_on_missing_resource: true });
    this.#messages = messages;
    if (this.#stopping.signal.aborted) await messages.close();
    for await (const message of messages) await this.#count(message);
  }

  async #count(message: JsMsg): Promise<void> {
    const { prisma, store, logger } = this.#options;
    const usage = decodeUsage(message.string());
    if (usage === undefined) {
      logger.warn({ subject: message.subject }, 'a usage message could not be read and was dropped');
      message.term();
      return;
    }
    const window = countedWindow(usage);
    try {
      await prisma.$transaction(async (tx: Tx) => {
        if (await store.claim(tx, window)) await store.add(tx, window);
      });
      message.ack();
    } catch (error) {
      logger.warn({ err: error }, 'usage could not be counted; it will be delivered again');
      message.nak(RETRY_MS);
    }
  }

  async #expire(): Promise<void> {
    const { prisma, store, retentionDays, logger } = this.#options;
    await store.expire(prisma, retentionDays).catch((error: unknown) => {
      logger.warn({ err: error }, 'old usage could not be removed; tried again in an hour');
    });
  }
}

/** Ids and numbers that no prompt can have would make the statement fail, for all the others in the window, too. */
function countedWindow(usage: UsageWindow): CountedWindow {
  const counts = usage.versions.flatMap(({ prompt_id, number, renders, failures, latencies }) => {
    const promptId = parseUuid(prompt_id);
    return promptId === undefined || number > LARGEST_VERSION
      ? []
      : [{ promptId, version: number, renders, failures, latencies: latencies.slice(0, BUCKETS) }];
  });
  const started = Date.parse(usage.started_at);
  const startedAt = new Date(Number.isNaN(started) ? Date.now() : started).toISOString();
  return { process: usage.process.replaceAll('\0', ''), window: usage.window, startedAt, counts };
}
