/**
 * The contexts that a service under test does not own, played by the test: it publishes valid events of theirs to the run's real
 * stream, and says that they are complete, which a starting projection waits for.
 */
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import {
  bodySubject,
  decodeEvent,
  type EntityName,
  encodeBody,
  encodeEvent,
  type ProgramState,
  type StateOf,
  stateSubject,
} from '@px0/contracts';
import { eventually } from './eventually.ts';
import type { TestBus } from './run-servers.ts';

export type PlayedContext = 'identity' | 'tenancy' | 'registry';

const completeOf = {
  identity: 'identityComplete',
  tenancy: 'tenancyComplete',
  registry: 'registryComplete',
} as const satisfies Record<PlayedContext, EntityName>;

export class ForeignContexts {
  readonly #bus: TestBus;
  readonly #connection: NatsConnection;
  readonly #js: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #revisions = new Map<string, number>();
  #lastSequence = 0;
  #epoch = '';

  private constructor(bus: TestBus, connection: NatsConnection, manager: JetStreamManager) {
    this.#bus = bus;
    this.#connection = connection;
    this.#js = jetstream(connection);
    this.#manager = manager;
  }

  static async connect(bus: TestBus): Promise<ForeignContexts> {
    const connection = await connect({ servers: bus.servers, name: 'foreign contexts of a test' });
    return new ForeignContexts(bus, connection, await jetstreamManager(connection));
  }

  /** The stream's epoch, once `complete` has found it. */
  get epoch(): string {
    return this.#epoch;
  }

  /** The sequence of the last event that was published here. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Waits until a service has declared the epoch, then says that each of these contexts has published all that it owns. */
  async complete(...contexts: readonly PlayedContext[]): Promise<void> {
    this.#epoch = await eventually(() => this.#declaredEpoch(), { what: 'the declaration of an epoch' });
    for (const context of contexts) {
      await this.publish(completeOf[context], context, { epoch: this.#epoch });
    }
  }

  /** Declares an epoch, for a service that owns nothing and so waits for others to do it. Its streams must exist. */
  async declareEpoch(): Promise<void> {
    const created = await eventually(() => this.#streamCreated(), { what: 'the state stream' });
    await this.publish('epoch', 'current', { epoch: String(Date.now()), stream_created_at: created });
  }

  /** Publishes a version's program; undefined deletes it. */
  async publishBody(
    promptId: string,
    number: number,
    revision: number,
    program: ProgramState | undefined,
  ): Promise<void> {
    const text = encodeBody({ promptId, number, revision, time: new Date().toISOString(), program });
    await this.#js.publish(`${this.#bus.streamPrefix}${bodySubject(promptId, number)}`, text);
  }

  /** Publishes an entity's state at its next revision; returns the sequence. */
  publish<N extends EntityName>(name: N, id: string, state: StateOf<N>): Promise<number> {
    return this.publishAt(name, id, this.#nextRevision(name, id), state);
  }

  /** Publishes an entity's tombstone at its next revision; returns the sequence. */
  remove(name: EntityName, id: string): Promise<number> {
    return this.publishAt(name, id, this.#nextRevision(name, id), undefined);
  }

  /** Publishes at any revision: a repeated or a late delivery. */
  async publishAt<N extends EntityName>(
    name: N,
    id: string,
    revision: number,
    state: StateOf<N> | undefined,
  ): Promise<number> {
    const text = encodeEvent({ name, id, revision, time: new Date().toISOString(), state });
    const carried = headers();
    carried.set('Px0-Revision', String(revision));
    const subject = `${this.#bus.streamPrefix}${stateSubject(name, id)}`;
    const { seq } = await this.#js.publish(subject, text, { headers: carried });
    this.#lastSequence = Math.max(this.#lastSequence, seq);
    return seq;
  }

  /** Publishes whatever bytes to whatever subject of the streams: what no service would do. */
  async publishRaw(subject: string, payload: string | Uint8Array, revision?: string): Promise<void> {
    const carried = headers();
    if (revision !== undefined) carried.set('Px0-Revision', revision);
    await this.#js.publish(`${this.#bus.streamPrefix}${subject}`, payload, { headers: carried });
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #nextRevision(name: EntityName, id: string): number {
    const subject = stateSubject(name, id);
    const revision = (this.#revisions.get(subject) ?? 0) + 1;
    this.#revisions.set(subject, revision);
    return revision;
  }

  async #streamCreated(): Promise<string | undefined> {
    try {
      return (await this.#manager.streams.info(`${this.#bus.streamPrefix}PX0_STATE`)).created;
    } catch {
      return undefined;
    }
  }

  async #declaredEpoch(): Promise<string | undefined> {
    const stream = `${this.#bus.streamPrefix}PX0_STATE`;
    // nats-server 2.9 crashes when it is asked for a message of a stream that is being created at that moment.
    if ((await this.#manager.streams.info(stream)).state.messages === 0) return undefined;
    const subject = stateSubject('epoch', 'current');
    const message = await this.#manager.streams.getMessage(stream, {
      last_by_subj: `${this.#bus.streamPrefix}${subject}`,
    });
    if (message === null) return undefined;
    const event = decodeEvent(subject, message.string());
    return event.name === 'epoch' ? event.state?.epoch : undefined;
  }
}
