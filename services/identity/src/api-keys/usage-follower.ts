/**
 * Follows the usage that render processes publish, and keeps from it when each key was last used. A message is acknowledged after its
 * times are in the database; one that comes twice raises nothing.
 */
import { AckPolicy, type Consumer, DeliverPolicy, type JsMsg, jetstream } from '@nats-io/jetstream';
import { decodeUsage, parseUuid, usageConsumers } from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import type { Logger } from '@px0/service-kit';
import type { KeyUses } from './key-uses.ts';

export interface UsageFollowerOptions {
  readonly bus: Bus;
  readonly keyUses: KeyUses;
  readonly logger: Logger;
}

const BATCH = 100;
/**
 * What arrives within it is written together. A fetch is not ended earlier: a message on its way to it would be lost to this process, and
 * delivered again only half a minute later.
 */
const FETCH_MS = 1_000;
const RETRY_MS = 1_000;

export class UsageFollower {
  readonly #options: UsageFollowerOptions;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: UsageFollowerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#follow(await this.#consumer());
      } catch (error) {
        const { bus, logger } = this.#options;
        if (bus.connected && !this.#stopping.signal.aborted)
          logger.warn({ err: error }, 'usage is not followed at the moment');
      }
      await this.#pause();
    }
  }

  /** All replicas share one durable consumer, so each message is worked on once. */
  async #consumer(): Promise<Consumer> {
    const { bus } = this.#options;
    const stream = bus.names.stream('usage');
    const durable = usageConsumers.identity;
    await bus.manager.consumers.add(stream, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
    });
    return await jetstream(bus.connection).consumers.get(stream, durable);
  }

  async #follow(consumer: Consumer): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const messages = await consumer.fetch({ max_messages: BATCH, expires: FETCH_MS });
      const stop = () => messages.stop();
      this.#stopping.signal.addEventListener('abort', stop, { once: true });
      try {
        const taken: JsMsg[] = [];
        for await (const message of messages) {
          this.#take(message);
          taken.push(message);
        }
        await this.#options.keyUses.flush();
        for (const message of taken) message.ack();
      } finally {
        this.#stopping.signal.removeEventListener('abort', stop);
      }
    }
  }

  #take(message: JsMsg): void {
    for (const { key_id: keyId, last_used_at: lastUsedAt } of decodeUsage(message.string())?.keys ?? []) {
      const time = Date.parse(lastUsedAt);
      const id = parseUuid(keyId);
      // A clock ahead of ours must not make a time that no later use can raise.
      if (id !== undefined && !Number.isNaN(time)) this.#options.keyUses.note(id, Math.min(time, Date.now()));
    }
  }

  async #pause(): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
    });
  }
}
