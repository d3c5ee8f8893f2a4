/**
 * The connection to NATS JetStream: reconnects without end, fails fast while NATS is away, and asks the stream's leader wherever
 * an answer must not be stale. While NATS is away, no call waits longer than its own timeout.
 */
import { isIP } from 'node:net';
import {
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StoredMsg,
} from '@nats-io/jetstream';
import { connect, createInbox, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { type Logger, TIMED_OUT, within } from '@px0/service-kit';
import type { Epoch } from '../revisions/token.ts';
import { CreationPatience, LONGEST_CREATION_MS } from './creation-patience.ts';
import { BusConfigurationError, BusUnavailableError, WrongLastSequenceError } from './errors.ts';
import { Names, type StreamKind } from './names.ts';
import { isClusterNotReady, isStreamNotFound, isWrongLastSequence } from './nats-errors.ts';
import { judgeNats } from './nats-releases.ts';
import { NextServer, SilenceWatch } from './silence-watch.ts';
import { DEFAULT_HISTORY, ensureStream, ensureStreams, type StreamSettings } from './streams.ts';

export interface BusOptions {
  /** Comma-separated list of `host:port` or `nats://host:port`. */
  readonly servers: string;
  /** Shown in the server's connection list. */
  readonly name: string;
  readonly streamPrefix: string;
  readonly logger: Logger;
  /** Copies of each stream in a cluster; used only when a stream is created. */
  readonly replicas?: number | undefined;
  /** Messages kept of each state subject; used only when the stream is created. */
  readonly history?: number;
  readonly user?: string | undefined;
  readonly pass?: string | undefined;
  /** First part of the subjects on which answers and deliveries arrive; default: the client's own. */
  readonly inboxPrefix?: string | undefined;
  /** The servers' certificate authority, as a file; with it a connection without TLS is refused. */
  readonly tlsCaFile?: string | undefined;
  readonly requestTimeoutMs?: number;
  readonly pingIntervalMs?: number;
  /** Fails when no server answers at first, instead of waiting as long as it takes: for commands, whose user waits with them. */
  readonly atOnce?: boolean | undefined;
}

/** A stream as its leader describes it. */
export interface StreamFacts {
  /** RFC 3339 with nanoseconds, as the server writes it. */
  readonly created: string;
  readonly lastSequence: number;
  /** The number of consumers that follow it. */
  readonly readers: number;
}

/** A message that lies in a stream. */
export interface StoredMessage {
  /** Without the stream prefix. */
  readonly subject: string;
  readonly sequence: number;
  readonly timestamp: string;
  readonly revision: number;
  /** The epoch that its publisher knew; empty when the message does not say. */
  readonly epoch: Epoch;
  readonly text: string;
}

export interface PublishRequest {
  /** Without the stream prefix. */
  readonly subject: string;
  readonly payload: string;
  readonly revision: number;
  readonly traceparent: string | undefined;
  /** The epoch that the publisher knows. */
  readonly epoch?: Epoch;
  /** What the server must check before it stores the message. */
  readonly expectation: PublishExpectation;
}

/** `lastSubjectSequence` is the guard; `messageId` exists to show in a test that it is none. */
export type PublishExpectation = { readonly lastSubjectSequence: number } | { readonly messageId: string };

/** The revision of the entity, so that it can be compared without reading the event. */
export const REVISION_HEADER = 'Px0-Revision';

/** The epoch that the publisher knew: what was published by one that did not know that a database had gone back does not count. */
export const EPOCH_HEADER = 'Px0-Epoch';

/** 0 for a message without a revision, and for one whose header is none: anybody with access to the stream can write one. */
export function readRevision(header: string | undefined): number {
  const revision = Number(header);
  return Number.isSafeInteger(revision) && revision > 0 ? revision : 0;
}

/** The trace context of the publisher. */
export const TRACEPARENT_HEADER = 'traceparent';

/** px0's largest event has 6 MiB; the rest is for headers and growth. */
export const REQUIRED_MAX_PAYLOAD = 8 * 1024 * 1024;

/** Short enough that a request behind it still answers; NATS itself answers within milliseconds. */
const REQUEST_TIMEOUT_MS = 2_000;
/** Of a read that goes on from a sequence. One server of three that stands still is drawn so often in a row in one case of 27. */
const SHORT_ATTEMPTS = 3;
/** A server that hangs is left after three of these, if the watch of its silence has not left it before. */
const PING_INTERVAL_MS = 10_000;
/** Quick enough that a restart is hardly noticed, slow enough not to load a server that starts. */
const RECONNECT_WAIT_MS = 250;

/** Connects, waiting as long as it takes unless `atOnce`, and ensures that the streams exist. @throws BusConfigurationError */
export async function connectBus(options: BusOptions): Promise<Bus> {
  const names = new Names(options.streamPrefix);
  const servers = options.servers.split(',').map((server) => server.trim());
  const nextServer = new NextServer();
  const connection = await connect({
    servers,
    reconnectToServer: nextServer.choose,
    name: options.name,
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(options.pass === undefined ? {} : { pass: options.pass }),
    ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
    ...(options.tlsCaFile === undefined ? {} : { tls: { caFile: options.tlsCaFile } }),
    waitOnFirstConnect: options.atOnce !== true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: 100,
    pingInterval: options.pingIntervalMs ?? PING_INTERVAL_MS,
    maxPingOut: 2,
    timeout: 5_000,
    ignoreAuthErrorAbort: true,
    // The library would note the stack of each request, for an error that hardly any of them meets: a twentieth of what a write costs.
    noAsyncTraces: true,
  }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BusConfigurationError(`NATS does not answer at NATS_URL (${reason}).`, { cause: error });
  });
  const bus = await Bus.over(connection, names, nextServer, options);
  if (mayBeSeveral(servers)) bus.watchSilence();
  try {
    bus.checkServer();
    await untilAnswered(() => bus.ensureStreams(), options.logger);
    return bus;
  } catch (error) {
    await bus.close();
    throw error;
  }
}

/** False for one server at an address: there is no other to change to, and its connection lives on when it does. */
function mayBeSeveral(servers: readonly string[]): boolean {
  const [only = ''] = servers;
  const { hostname } = new URL(only.includes('://') ? only : `nats://${only}`);
  return servers.length > 1 || (isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && hostname !== 'localhost');
}

/** A server that has just started may be busy recovering its streams, a cluster may be incomplete: a start waits instead of failing. */
async function untilAnswered(ask: () => Promise<void>, logger: Logger): Promise<void> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof BusUnavailableError || isClusterNotReady(error))) throw error;
      logger.info({ err: error }, 'NATS is not ready yet');
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_WAIT_MS));
    }
  }
}

export class Bus {
  readonly names: Names;
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  readonly #patient: JetStreamManager;
  readonly #js: JetStreamClient;
  readonly #settings: StreamSettings;
  readonly #inboxPrefix: string | undefined;
  readonly #timeoutMs: number;
  readonly #logger: Logger;
  readonly #nextServer: NextServer;
  readonly #silence: SilenceWatch;
  readonly #onConnection = new Set<(connected: boolean) => void>();
  /** Ends requests that wait for an answer. */
  readonly #inFlight = new Set<(reason: BusUnavailableError) => void>();
  #connected = true;
  /** The release of the server that was last judged. */
  #judged: string | undefined;
  /** A server that goes through all subjects may well need longer than the first time, and each attempt is work for it. */
  readonly #patienceForAll = new CreationPatience(1);
  readonly #patienceOnward = new CreationPatience(SHORT_ATTEMPTS);
  /** How often the connection was lost. */
  disconnects = 0;

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    patient: JetStreamManager,
    names: Names,
    nextServer: NextServer,
    options: BusOptions,
  ) {
    this.connection = connection;
    this.manager = manager;
    this.#patient = patient;
    this.names = names;
    this.#timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    this.#js = jetstream(connection, { timeout: this.#timeoutMs });
    this.#settings = { replicas: options.replicas ?? 1, history: options.history ?? DEFAULT_HISTORY };
    this.#inboxPrefix = options.inboxPrefix;
    this.#logger = options.logger;
    this.#nextServer = nextServer;
    this.#silence = new SilenceWatch({
      connection,
      isConnected: () => this.connected,
      logger: options.logger,
    });
    nextServer.connectedTo(connection.getServer());
    void this.#followStatus();
  }

  static async over(
    connection: NatsConnection,
    names: Names,
    nextServer: NextServer,
    options: BusOptions,
  ): Promise<Bus> {
    const timeout = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    const manager = await jetstreamManager(connection, { timeout, checkAPI: false });
    const patient = await jetstreamManager(connection, { timeout: LONGEST_CREATION_MS, checkAPI: false });
    return new Bus(connection, manager, patient, names, nextServer, options);
  }

  /** From now on, a server that falls silent is left within seconds. */
  watchSilence(): void {
    this.#silence.start();
  }

  get connected(): boolean {
    return this.#connected && !this.connection.isClosed();
  }

  /** Calls back at each loss and each return of the connection; returns what ends that. */
  onConnection(listener: (connected: boolean) => void): () => void {
    this.#onConnection.add(listener);
    return () => this.#onConnection.delete(listener);
  }

  /**
   * Says what an operator should know about the server, and judges it once for each release that is met.
   *
   * @throws BusConfigurationError when the server is too old, or would refuse px0's largest event
   */
  checkServer(): void {
    this.#judgeRelease((error) => {
      throw new BusConfigurationError(error);
    });
    const maxPayload = this.connection.info?.max_payload ?? 0;
    if (maxPayload >= REQUIRED_MAX_PAYLOAD) return;
    throw new BusConfigurationError(
      `The NATS server accepts messages of ${maxPayload} bytes; set max_payload to at least 8MB (${REQUIRED_MAX_PAYLOAD}).`,
    );
  }

  /** Servers of a cluster may differ, and be replaced: each is looked at when the connection comes to it. */
  #judgeRelease(refuse: (error: string) => void): void {
    const version = this.connection.info?.version;
    if (version === this.#judged) return;
    this.#judged = version;
    const verdict = judgeNats(version);
    if (verdict.kind === 'too-old') refuse(verdict.error);
    else if (verdict.kind === 'flawed') this.#logger.warn({ version }, verdict.warning);
  }

  ensureStreams(): Promise<void> {
    return this.#ask(() => ensureStreams(this.manager, this.names, this.#settings));
  }

  /** Creates a stream, if it does not exist. */
  ensureStream(kind: StreamKind): Promise<void> {
    return this.#ask(() => ensureStream(kind, this.manager, this.names, this.#settings));
  }

  /** A subject of this connection's own, on which only it listens. */
  newInbox(): string {
    return createInbox(this.#inboxPrefix);
  }

  /** The stream as its leader describes it, or undefined when it does not exist. */
  streamFacts(kind: StreamKind): Promise<StreamFacts | undefined> {
    return this.#ask(async () => {
      try {
        const { created, state } = await this.manager.streams.info(this.names.stream(kind));
        return { created, lastSequence: state.last_seq, readers: state.consumer_count };
      } catch (error) {
        if (isStreamNotFound(error)) return undefined;
        throw error;
      }
    });
  }

  /** The subject's last message according to the stream's leader. */
  lastMessage(kind: StreamKind, subject: string): Promise<StoredMessage | undefined> {
    return this.#stored(kind, { last_by_subj: this.names.onWire(subject) });
  }

  /** The message at a sequence according to the stream's leader; undefined when it was trimmed or never stored. */
  messageAt(kind: StreamKind, sequence: number): Promise<StoredMessage | undefined> {
    return this.#stored(kind, { seq: sequence });
  }

  /**
   * The first message at or after `sequence` according to the stream's leader; undefined when it finds none. The leader searches as consumers
   * do: one that skips messages finds none where they do.
   */
  firstFrom(kind: StreamKind, sequence: number): Promise<StoredMessage | undefined> {
    const query = { seq: sequence, next_by_subj: this.names.subjects(kind) };
    return this.#stored(kind, query);
  }

  /** Its sequence. */
  async firstSequenceFrom(kind: StreamKind, sequence: number): Promise<number | undefined> {
    return (await this.firstFrom(kind, sequence))?.sequence;
  }

  /** The first message of a context's state at or after `sequence`, found in the same way. */
  firstOfContext(context: string, sequence: number): Promise<StoredMessage | undefined> {
    const query = { seq: sequence, next_by_subj: this.names.subjectsOf(context) };
    return this.#stored('state', query);
  }

  /** The subject's last message from any replica: fast, may be behind. */
  directLastMessage(kind: StreamKind, subject: string): Promise<StoredMessage | undefined> {
    return this.#ask(async () => {
      const query = { last_by_subj: this.names.onWire(subject) };
      const message = await this.manager.direct.getMessage(this.names.stream(kind), query);
      return message === null ? undefined : this.#toStored(message);
    });
  }

  /**
   * Publishes once and returns the message's sequence.
   *
   * @throws WrongLastSequenceError when the expectation does not hold
   * @throws BusUnavailableError when NATS is away or silent: the message may have been stored or not
   */
  publish(request: PublishRequest): Promise<number> {
    const { expectation } = request;
    const options = {
      timeout: this.#timeoutMs,
      headers: publishHeaders(request),
      ...('messageId' in expectation ? { msgID: expectation.messageId } : { expect: expectation }),
    };
    return this.#ask(async () => {
      try {
        const ack = await this.#js.publish(this.names.onWire(request.subject), request.payload, options);
        return ack.seq;
      } catch (error) {
        throw isWrongLastSequence(error)
          ? new WrongLastSequenceError(request.subject, { cause: error })
          : error;
      }
    });
  }

  /**
   * Creates a consumer of the state stream. The server may need long for it; how long it is waited for grows until it was enough.
   *
   * @throws BusUnavailableError when it did not come about in time: another attempt, under another name, may be placed elsewhere
   */
  async createConsumer(configuration: Partial<ConsumerConfig>): Promise<void> {
    const startsAtSequence = configuration.deliver_policy === DeliverPolicy.StartSequence;
    const patience = startsAtSequence ? this.#patienceOnward : this.#patienceForAll;
    const begun = performance.now();
    const { ms } = patience;
    const creation = this.#ask(() => this.#patient.consumers.add(this.names.stream('state'), configuration));
    if ((await within(creation, ms)) === TIMED_OUT) {
      patience.failed(ms);
      throw new BusUnavailableError('NATS did not create a consumer in time');
    }
    patience.succeeded(performance.now() - begun);
  }

  /** Deletes whole streams: what they held is published again from the outboxes. */
  async deleteStreams(kinds: readonly StreamKind[]): Promise<void> {
    for (const kind of kinds) {
      if ((await this.streamFacts(kind)) === undefined) continue;
      await this.#ask(() => this.manager.streams.delete(this.names.stream(kind)));
    }
  }

  /** Removes a subject's messages below `sequence`. */
  async purge(kind: StreamKind, subject: string, sequence: number): Promise<void> {
    const filter = this.names.onWire(subject);
    await this.#ask(() => this.manager.streams.purge(this.names.stream(kind), { filter, seq: sequence }));
  }

  /** Resolves when the server has got all that was sent before. @throws BusUnavailableError */
  async flush(): Promise<void> {
    const flushed = await this.#ask(() => within(this.connection.flush(), this.#timeoutMs));
    if (flushed === TIMED_OUT) throw new BusUnavailableError('NATS did not answer');
  }

  async close(): Promise<void> {
    this.#silence.stop();
    await this.connection.close();
  }

  /**
   * An empty stream is not asked for a message: it may be one that is being created at this moment, and nats-server 2.9 crashes when
   * asked for a message of a stream whose store is not set up yet.
   */
  async #stored(
    kind: StreamKind,
    query: { last_by_subj: string } | { seq: number },
  ): Promise<StoredMessage | undefined> {
    const facts = await this.streamFacts(kind);
    if (facts === undefined || facts.lastSequence === 0) return undefined;
    return await this.#ask(async () => {
      const message = await this.manager.streams.getMessage(this.names.stream(kind), query);
      return message === null ? undefined : this.#toStored(message);
    });
  }

  #toStored(message: StoredMsg): StoredMessage {
    return {
      subject: this.names.fromWire(message.subject),
      sequence: message.seq,
      timestamp: message.timestamp,
      revision: readRevision(message.header?.get(REVISION_HEADER)),
      epoch: message.header?.get(EPOCH_HEADER) ?? '',
      text: message.string(),
    };
  }

  /**
   * Refuses at once while the connection is away: the client would buffer the request and send it long after it was given up. A request
   * that waits when the connection is lost ends with it; the client would wait for an answer that cannot come any more.
   */
  async #ask<T>(request: () => Promise<T>): Promise<T> {
    if (!this.connected) throw new BusUnavailableError('NATS is away');
    let end: (reason: BusUnavailableError) => void = () => undefined;
    const lost = new Promise<never>((_resolve, reject) => {
      end = reject;
    });
    this.#inFlight.add(end);
    try {
      return await Promise.race([request(), lost]);
    } catch (error) {
      if (error instanceof WrongLastSequenceError || error instanceof JetStreamApiError) throw error;
      if (error instanceof BusUnavailableError) throw error;
      throw new BusUnavailableError('NATS did not answer', { cause: error });
    } finally {
      this.#inFlight.delete(end);
    }
  }

  async #followStatus(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') this.#setConnected(false);
      else if (status.type === 'reconnect') {
        this.#nextServer.connectedTo(this.connection.getServer());
        this.#setConnected(true);
      } else if (status.type === 'error') this.#logger.warn({ err: status.error }, 'NATS reported an error');
    }
    this.#setConnected(false);
  }

  #setConnected(connected: boolean): void {
    if (this.#connected === connected) return;
    this.#connected = connected;
    if (!connected) this.disconnects += 1;
    this.#logger.info(connected ? 'NATS is back' : 'NATS is away');
    // A process that runs goes on: what it holds is worth more than the refusal.
    if (connected) this.#judgeRelease((error) => this.#logger.error(error));
    for (const listener of [...this.#onConnection]) listener(connected);
    if (!connected) for (const end of [...this.#inFlight]) end(new BusUnavailableError('NATS went away'));
  }
}

function publishHeaders({ revision, traceparent, epoch }: PublishRequest): MsgHdrs {
  const result = headers();
  result.set(REVISION_HEADER, String(revision));
  if (traceparent !== undefined) result.set(TRACEPARENT_HEADER, traceparent);
  if (epoch !== undefined) result.set(EPOCH_HEADER, epoch);
  return result;
}
