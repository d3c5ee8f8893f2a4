/**
 * Reads the whole state stream in order by an ephemeral, unacknowledged push consumer with flow control, and reports when it can
 * no longer promise to be complete: a delivery was lost, the server is silent or has skipped messages, or the consumer is gone. It does
 * not recover; its owner opens a new reader from its position, or one that reads everything.
 */
import { AckPolicy, type ConsumerConfig, DeliverPolicy, ReplayPolicy } from '@nats-io/jetstream';
import { type Msg, nanos, nuid } from '@nats-io/transport-node';
import type { Epoch } from '../revisions/token.ts';
import type { Bus } from './bus.ts';
import { EPOCH_HEADER, REVISION_HEADER, readRevision, TRACEPARENT_HEADER } from './bus.ts';
import { Continuity, type Hole, isExplained, type ReadFrom } from './continuity.ts';
import { BusUnavailableError } from './errors.ts';

export interface Delivery {
  /** Without the stream prefix. */
  readonly subject: string;
  readonly sequence: number;
  /** Nanoseconds since 1970 in decimal digits, as the server stored the message. */
  readonly timestamp: string;
  text(): string;
  /** From the header: cheaper than reading the event. 0 when it is missing, or is none. */
  revision(): number;
  /** The epoch that the publisher knew; empty when the message does not say. */
  epoch(): Epoch;
  /** The trace context of the publisher. */
  traceparent(): string | undefined;
}

export interface ReadOptions {
  readonly bus: Bus;
  readonly from: ReadFrom;
  /** Which stream is meant: one that has taken its place meanwhile has other messages at the same sequences. */
  readonly streamCreatedAt: string;
  /** May return a promise: the next delivery waits for it, and flow control holds the server back meanwhile. */
  readonly onDelivery: (delivery: Delivery) => void | Promise<void>;
  /** The server was heard: a delivery, or a heartbeat of an idle stream. */
  readonly onContact: () => void;
  /** Called once, unless `close` came first. */
  readonly onBroken: (reason: string, next?: NextRead) => void;
}

/**
 * What the next reader must read. `everything`: the server skipped messages, or may have, so a sequence is no place to go on from. All
 * that was delivered until then is complete up to the last delivery's sequence.
 */
export type NextRead = 'everything';

export interface OpenReader {
  close(): void;
  /** The stream was seen to reach this far. A reader that does not come there breaks. */
  expect?(lastSequence: number): void;
}

/**
 * Opens a reader; resolves when its consumer exists. Injectable, so that tests can read slowly or lose what they like.
 *
 * @throws BusUnavailableError when another stream has taken the place of the one that is meant
 */
export type OpenStreamReader = (options: ReadOptions) => Promise<OpenReader>;

const HEARTBEAT_MS = 2_000;
/** Three heartbeats missed: the consumer is gone, or the server is. */
const SILENCE_MS = 3 * HEARTBEAT_MS + 500;
/** The server removes the consumer when its reader is gone for this long. */
const INACTIVE_MS = 30_000;

/** The reader that px0 runs on. `overrides` are for tests that want the server to be slow. */
export function pushReader(overrides: Partial<ConsumerConfig> = {}): OpenStreamReader {
  return async (options) => {
    const reader = new PushReader(options);
    await reader.open(overrides);
    return reader;
  };
}

class PushReader implements OpenReader {
  readonly #options: ReadOptions;
  readonly #inbox: string;
  readonly #name = `px0_${nuid.next()}`;
  readonly #continuity: Continuity;
  readonly #queue: { readonly msg: Msg; readonly kind: 'delivery' | 'flow-control' }[] = [];
  /** At first until it is known which stream the deliveries are from. */
  #busy = true;
  #done = false;
  #askingForEnd = false;
  #expectedDelivery = 1;
  #lastHeard = performance.now();
  #monitor: NodeJS.Timeout | undefined;
  #release: () => void = () => undefined;
  #settleEnd: () => void = () => undefined;
  /** Settles when the reader ends: creating its consumer may still be waited for then. */
  readonly #ended = new Promise<void>((resolve) => {
    this.#settleEnd = resolve;
  });

  constructor(options: ReadOptions) {
    this.#options = options;
    this.#inbox = options.bus.newInbox();
    this.#continuity = new Continuity(options.from);
  }

  async open(overrides: Partial<ConsumerConfig>): Promise<void> {
    const { bus, from } = this.#options;
    const subscription = bus.connection.subscribe(this.#inbox, {
      callback: (error, msg) =>
        error === null ? this.#receive(msg) : this.#break(`subscription failed: ${error.message}`),
    });
    const stopListening = bus.onConnection((connected) => {
      if (!connected) this.#break('connection lost');
    });
    this.#release = () => {
      stopListening();
      subscription.unsubscribe();
    };
    try {
      const configuration = { ...this.#configuration(from), ...overrides };
      await Promise.race([this.#createConsumer(configuration), this.#ended]);
    } catch (error) {
      this.close();
      throw error;
    }
    if (this.#done) return;
    this.#lastHeard = performance.now();
    this.#monitor = setInterval(() => this.#checkSilence(), HEARTBEAT_MS);
    void this.#drainAfter(Promise.resolve());
  }

  /** The server starts a consumer of a shorter stream at that one's end: nothing but the stream's age tells that it is another. */
  async #createConsumer(configuration: Partial<ConsumerConfig>): Promise<void> {
    const { bus, streamCreatedAt } = this.#options;
    await bus.createConsumer(configuration);
    const facts = await bus.streamFacts('state');
    if (facts?.created !== streamCreatedAt)
      throw new BusUnavailableError('the stream was replaced while its reader was opened');
    this.#continuity.opened(facts.lastSequence);
  }

  expect(lastSequence: number): void {
    this.#continuity.expect(lastSequence);
  }

  close(): void {
    if (!this.#finish()) return;
    const { bus } = this.#options;
    // The server removes an inactive consumer anyway; this only spares it the wait.
    if (bus.connected)
      bus.manager.consumers.delete(bus.names.stream('state'), this.#name).catch(() => undefined);
  }

  #configuration(from: ReadFrom): Partial<ConsumerConfig> {
    const start =
      from === 'last-per-subject'
        ? { deliver_policy: DeliverPolicy.LastPerSubject }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from.sequence };
    return {
      ...start,
      name: this.#name,
      deliver_subject: this.#inbox,
      // The whole stream: "last per subject" demands a filter, and a narrower one would make holes meaningless.
      filter_subject: this.#options.bus.names.subjects('state'),
      ack_policy: AckPolicy.None,
      replay_policy: ReplayPolicy.Instant,
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: nanos(HEARTBEAT_MS),
      inactive_threshold: nanos(INACTIVE_MS),
      mem_storage: true,
      num_replicas: 1,
    };
  }

  #receive(msg: Msg): void {
    if (this.#done) return;
    this.#lastHeard = performance.now();
    // Stream messages keep their own subject; what comes on the inbox's own is the consumer's protocol.
    if (msg.subject !== this.#inbox) this.#take({ msg, kind: 'delivery' });
    else this.#receiveStatus(msg);
  }

  #receiveStatus(msg: Msg): void {
    const code = msg.headers?.code;
    if (code !== 100) {
      this.#break(`consumer ended: ${code} ${msg.headers?.description}`);
      return;
    }
    if (msg.reply !== undefined && msg.reply !== '') {
      this.#take({ msg, kind: 'flow-control' });
      return;
    }
    this.#options.onContact();
    // A heartbeat that says "stalled" repeats a flow control request whose answer got lost.
    const stalled = msg.headers?.get('Nats-Consumer-Stalled') ?? '';
    if (this.#busy) return;
    if (stalled !== '') this.#options.bus.connection.publish(stalled);
    else if (this.#continuity.heartbeat()) void this.#checkEnd();
  }

  #take(item: { readonly msg: Msg; readonly kind: 'delivery' | 'flow-control' }): void {
    if (this.#busy) {
      this.#queue.push(item);
      return;
    }
    const pending = this.#process(item);
    if (pending !== undefined) void this.#drainAfter(pending);
  }

  #process({
    msg,
    kind,
  }: {
    readonly msg: Msg;
    readonly kind: 'delivery' | 'flow-control';
  }): Promise<void> | undefined {
    if (kind === 'flow-control') {
      // Answered only when all before it is processed: this is what slows the server down to our pace.
      msg.respond();
      return undefined;
    }
    const fields = parseReply(msg.reply ?? '');
    if (fields === undefined || fields.delivery !== this.#expectedDelivery) {
      this.#break('a delivery was lost on the way');
      return undefined;
    }
    this.#expectedDelivery += 1;
    this.#options.onContact();
    const hole = this.#continuity.delivered(fields.sequence);
    const delivery = new MessageDelivery(msg, this.#options.bus, fields);
    if (hole !== undefined) return this.#deliverBehind(hole, delivery);
    const result = this.#options.onDelivery(delivery);
    return result instanceof Promise ? result : undefined;
  }

  /** Nothing behind a hole is delivered before it is known that nothing was lost in it: positions are kept, and read on from. */
  async #deliverBehind(hole: Hole, delivery: Delivery): Promise<void> {
    if (this.#continuity.hasTooManyHoles) {
      this.#break('reading everything is cheaper than asking about more holes', 'everything');
      return;
    }
    const found = await this.#options.bus.firstSequenceFrom('state', hole.from);
    if (this.#done) return;
    if (isExplained(hole, found)) await this.#options.onDelivery(delivery);
    else this.#break(`the server skipped messages between ${hole.from} and ${hole.before}`, 'everything');
  }

  /** The consumer is idle, and has not delivered what the stream was seen to hold. */
  async #checkEnd(): Promise<void> {
    if (this.#askingForEnd) return;
    this.#askingForEnd = true;
    try {
      const end = await this.#streamEnd();
      if (end !== undefined && this.#continuity.hasStalledBefore(end))
        this.#break(`the server does not deliver what it holds up to ${end.lastSequence}`, 'everything');
    } catch {
      // Unknown: the next heartbeat asks again.
    } finally {
      this.#askingForEnd = false;
    }
  }

  async #streamEnd(): Promise<{ lastSequence: number; exists: boolean } | undefined> {
    const { bus, streamCreatedAt } = this.#options;
    const facts = await bus.streamFacts('state');
    if (facts?.created !== streamCreatedAt) return undefined;
    const message = await bus.messageAt('state', facts.lastSequence);
    return { lastSequence: facts.lastSequence, exists: message !== undefined };
  }

  async #drainAfter(pending: Promise<void>): Promise<void> {
    this.#busy = true;
    try {
      await pending;
      for (let item = this.#queue.shift(); item !== undefined && !this.#done; item = this.#queue.shift()) {
        await this.#process(item);
      }
    } catch (error) {
      this.#break(`processing failed: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      this.#busy = false;
    }
  }

  #checkSilence(): void {
    // While a delivery is processed its reader is slow, not the server.
    if (!this.#busy && performance.now() - this.#lastHeard > SILENCE_MS) this.#break('the server is silent');
  }

  #break(reason: string, next?: NextRead): void {
    if (this.#finish()) this.#options.onBroken(reason, next);
  }

  /** True the first time. */
  #finish(): boolean {
    if (this.#done) return false;
    this.#done = true;
    clearInterval(this.#monitor);
    this.#queue.length = 0;
    this.#release();
    this.#settleEnd();
    return true;
  }
}

interface ReplyFields {
  readonly sequence: number;
  readonly delivery: number;
  readonly timestamp: string;
}

class MessageDelivery implements Delivery {
  readonly subject: string;
  readonly sequence: number;
  readonly timestamp: string;
  readonly #msg: Msg;

  constructor(msg: Msg, bus: Bus, fields: ReplyFields) {
    this.#msg = msg;
    this.subject = bus.names.fromWire(msg.subject);
    this.sequence = fields.sequence;
    this.timestamp = fields.timestamp;
  }

  text(): string {
    return this.#msg.string();
  }

  revision(): number {
    return readRevision(this.#msg.headers?.get(REVISION_HEADER));
  }

  epoch(): Epoch {
    return this.#msg.headers?.get(EPOCH_HEADER) ?? '';
  }

  traceparent(): string | undefined {
    return this.#msg.headers?.get(TRACEPARENT_HEADER) || undefined;
  }
}

/**
 * `$JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<consumer sequence>.<time>.<pending>`, and from server 2.10 on
 * possibly with domain and account after `ACK`, and a token at the end.
 */
function parseReply(reply: string): ReplyFields | undefined {
  const tokens = reply.split('.');
  const first = tokens.length === 9 ? 5 : 7;
  const timestamp = tokens[first + 2];
  if (tokens.length < 9 || timestamp === undefined) return undefined;
  return { sequence: Number(tokens[first]), delivery: Number(tokens[first + 1]), timestamp };
}
