/**
 * The outbox: state and event commit together. Each write upserts its subject's row in the caller's transaction and gives it the
 * next revision. After the commit, the writer publishes its rows itself; relays publish what is still owed.
 * See docs/decisions/004-postgres-is-the-truth.md.
 */
import { randomUUID } from 'node:crypto';
import {
  bodyContent,
  bodySubject,
  type EntityName,
  encodeState,
  type ProgramState,
  type StateOf,
  stateSubject,
} from '@px0/contracts';
import {
  activeTraceparent,
  type Bus,
  BusUnavailableError,
  completeEntities,
  currentRequestScope,
  type EpochMark,
  EventTooLargeError,
  MAX_EVENT_BYTES,
  type RequestScope,
  type RevisionToken,
  type Standing,
  type Written,
} from '@px0/event-bus/internal';
import type { Logger } from '@px0/service-kit';
import type { SqlClient, SqlTransaction } from '../database/sql-client.ts';
import {
  eventText,
  type OutboxStream,
  type OwedRow,
  ordinalOf,
  PLACE_COLUMNS,
  type Settled,
  type WrittenRow,
} from './outbox-row.ts';
import { OutboxStore } from './outbox-store.ts';
import { type ExpectationRule, Publisher } from './publisher.ts';
import type { Queryable } from './queryable.ts';

export type OwnerContext = 'identity' | 'tenancy' | 'registry';

export interface OutboxHooks {
  /** Before each attempt to publish a row, inline or by the relay. A test kills the process here, between commit and publish. */
  readonly beforePublish?: (row: OwedRow) => Promise<void> | void;
}

export interface OutboxOptions {
  /** Its search_path is the service's schema. */
  readonly pool: Queryable;
  readonly bus: Bus;
  readonly context: OwnerContext;
  readonly logger: Logger;
  readonly hooks?: OutboxHooks;
  readonly expectation?: ExpectationRule;
  /** Which server the pool's connections lead to, counted by the changes; default: there is one. */
  readonly generation?: () => number;
}

/** A committed transaction's rows, and the end of their inline publishing. */
export interface Publication {
  readonly written: readonly Written[];
  /** Never rejects: what could not be published stays owed. */
  readonly ended: Promise<void>;
}

/** A row as its statement has written it. */
type Place = Omit<WrittenRow, 'payload'>;

/** A write of a row. */
interface Upsert {
  readonly values: readonly unknown[];
  /** Takes what the statement returned, so that the row is published after the commit: nothing where it has not changed. */
  readonly done: (place: Place | undefined) => void;
}

/** The writer's own lease: longer than commit and publish take, short enough that a relay soon takes over from a dead writer. */
const WRITER_LEASE_MS = 3_000;
/** Publishes in flight at a time; a cascade of thousands must not fill the connection's buffer. */
const INLINE_WINDOW = 64;
/** How long an inline publish waits for another writer's body of the same prompt before it leaves its row to the relay. */
const BODY_PATIENCE_MS = 100;
const BODY_POLL_MS = 5;
/** Rows that are being written when an epoch calls all rows owed are free again soon. */
const LOCKED_ROWS_RETRY_MS = 50;
/** Any revision is below this; stands for it where the size of an event is measured before the revision is known. */
const WIDEST_REVISION = Number.MAX_SAFE_INTEGER;

export class Outbox {
  readonly context: OwnerContext;
  readonly store: OutboxStore;
  readonly publisher: Publisher;
  /** Which server rows come from now. */
  readonly generation: () => number;
  /** Leases of this replica's writers bear it. */
  readonly owner = randomUUID();
  readonly #logger: Logger;
  readonly #batches = new WeakMap<object, Map<string, WrittenRow>>();
  #epoch: EpochMark | undefined;
  #wakeRelay: () => void = () => undefined;
  #inline = new Set<Promise<void>>();

  constructor(options: OutboxOptions) {
    this.context = options.context;
    this.store = new OutboxStore(options.pool);
    this.generation = options.generation ?? (() => 0);
    this.#logger = options.logger;
    this.publisher = new Publisher({
      bus: options.bus,
      context: options.context,
      epoch: () => this.#epoch,
      store: this.store,
      generation: this.generation,
      beforePublish: options.hooks?.beforePublish,
      ...(options.expectation === undefined ? {} : { expectation: options.expectation }),
    });
  }

  /** The epoch that is published into; undefined until this replica's projection has found it. */
  get epoch(): EpochMark | undefined {
    return this.#epoch;
  }

  /** Called by the relay, which wants to know at once when something stays owed. */
  onOwed(wake: () => void): void {
    this.#wakeRelay = wake;
  }

  /** Lets the relay look at once for what has become owed. */
  wakeRelay(): void {
    this.#wakeRelay();
  }

  /**
   * Writes an entity's whole public state and returns its revision. The upsert is the entity's lock until the transaction ends.
   *
   * @throws EventTooLargeError when the stream could not carry the event
   * @throws EventInvalidError when the state is not what the entity's schema says
   */
  async put<N extends EntityName>(
    tx: SqlTransaction,
    name: N,
    id: string,
    state: StateOf<N>,
  ): Promise<number> {
    const payload = encodeState(name, id, state);
    return await this.#write(tx, 'state', stateSubject(name, id), aggregateOf(name, id), payload);
  }

  /**
   * Writes an entity's public state, or its tombstone (undefined), unless that is what its row says already. The row is locked either way.
   *
   * @throws EventTooLargeError, EventInvalidError as `put`
   */
  putChanged<N extends EntityName>(
    tx: SqlTransaction,
    name: N,
    id: string,
    state: StateOf<N> | undefined,
  ): void {
    const payload = state === undefined ? null : encodeState(name, id, state);
    const write = this.#upsert(tx, 'state', stateSubject(name, id), aggregateOf(name, id), payload);
    tx.send<Place>(UPSERT_CHANGED, write.values, ([place]) => write.done(place));
  }

  /** Writes an entity's tombstone and returns its revision. The row stays: the entity's next life goes on counting. */
  remove(tx: SqlTransaction, name: EntityName, id: string): Promise<number> {
    return this.#write(tx, 'state', stateSubject(name, id), aggregateOf(name, id), null);
  }

  /** Writes a version's template and returns the body's revision, which the prompt's table of versions names. */
  putBody(tx: SqlTransaction, promptId: string, number: number, program: ProgramState): Promise<number> {
    return this.#write(tx, 'body', bodySubject(promptId, number), promptId, bodyContent(program));
  }

  removeBody(tx: SqlTransaction, promptId: string, number: number): Promise<number> {
    return this.#write(tx, 'body', bodySubject(promptId, number), promptId, null);
  }

  /**
   * Runs a transaction whose writes are published right after its commit. Does not wait for that: the end of the request does, and
   * so do callers of `publish`.
   */
  async transaction<T>(client: SqlClient, work: (tx: SqlTransaction) => Promise<T>): Promise<T> {
    const { result, publication } = await this.transactionWithPublication(client, work);
    currentRequestScope()?.track(publication.written, publication.ended);
    return result;
  }

  /** As `transaction`, for callers that must know when the writes are published. */
  async transactionWithPublication<T>(
    client: SqlClient,
    work: (tx: SqlTransaction) => Promise<T>,
  ): Promise<{ readonly result: T; readonly publication: Publication }> {
    const batch = new Map<string, WrittenRow>();
    const generation = this.generation();
    const result = await client.transaction(async (tx) => {
      this.#batches.set(tx, batch);
      return await work(tx);
    });
    const rows = [...batch.values()];
    const written = rows.map(({ subject, revision }) => ({ subject, revision }));
    return { result, publication: { written, ended: this.#publishInline(rows, generation) } };
  }

  /**
   * The one question at the end of a request; undefined while no epoch is known. What the request wrote is settled only above the position
   * at which its reader stood before: a lower sequence is one of a stream that has begun anew, and no token covers it yet.
   */
  async standing(scope: RequestScope, before?: RevisionToken): Promise<Standing | undefined> {
    if (this.#epoch === undefined) return undefined;
    const { epoch } = this.#epoch;
    const position = before?.epoch === epoch ? before.sequence : 0;
    return await this.store.standing(epoch, scope.ageMs, scope.written, position);
  }

  /**
   * Publishes into the epoch from now on, and calls every row owed in it; resolves when all are, or when a later epoch has come. Any
   * number of replicas may do so at once.
   */
  async enterEpoch(mark: EpochMark): Promise<void> {
    this.#epoch = mark;
    await this.store.enterEpoch(mark);
    while (this.#epoch?.epoch === mark.epoch && !(await this.callRowsOwed(mark.epoch))) {
      await new Promise((resolve) => setTimeout(resolve, LOCKED_ROWS_RETRY_MS));
    }
  }

  /** Publishes nothing until an epoch is entered again. */
  suspend(): void {
    this.#epoch = undefined;
  }

  /** As `callRowsOwed`, where it would do something: each statement of that takes locks, and nearly always none finds a row. */
  async callForgottenRowsOwed(epoch: string): Promise<void> {
    if (!(await this.store.isCalledOwed(this.#completeSubject, epoch))) await this.callRowsOwed(epoch);
  }

  /** Marks what still belongs to other epochs. False when rows are left that a transaction holds at this moment. */
  async callRowsOwed(epoch: string): Promise<boolean> {
    while ((await this.store.markOwed(epoch)) > 0) this.#wakeRelay();
    if (await this.store.hasRowsOfOtherEpochs(epoch)) return false;
    await this.store.finishMarking(epoch);
    await this.store.writeComplete(this.#completeSubject, epoch);
    this.#wakeRelay();
    return true;
  }

  /** Publishes `complete` once more, so that the stream's last message is one that lives. Waits until that is done. */
  async publishCompleteAgain(mark: EpochMark): Promise<void> {
    this.#epoch = mark;
    await this.store.writeComplete(this.#completeSubject, mark.epoch, 'again');
    // Where a relay runs it may be faster; where the epoch is not complete yet, the relays publish it in due time.
    const generation = this.generation();
    const rows = await this.store.claimComplete(this.owner, mark.epoch);
    await this.#publishInline(rows, generation);
  }

  /** Notes what the stream shows of rows that the database gave in `generation`. */
  async settle(settled: readonly Settled[], generation: number): Promise<void> {
    await this.store.settle(settled);
    this.publisher.noted(settled, generation);
  }

  /** Resolves when no inline publishing is under way: what a shutdown waits for. */
  async idle(): Promise<void> {
    while (this.#inline.size > 0) await Promise.all(this.#inline);
  }

  get #completeSubject(): string {
    return stateSubject(completeEntities[this.context], this.context);
  }

  async #write(
    tx: SqlTransaction,
    stream: OutboxStream,
    subject: string,
    aggregate: string,
    payload: string | null,
  ): Promise<number> {
    const write = this.#upsert(tx, stream, subject, aggregate, payload);
    const [place] = await tx.query<Place>(UPSERT, write.values);
    if (place === undefined) throw new Error('outbox_control has no row: the migration is incomplete');
    write.done(place);
    return place.revision;
  }

  #upsert(
    tx: SqlTransaction,
    stream: OutboxStream,
    subject: string,
    aggregate: string,
    payload: string | null,
  ): Upsert {
    const traceparent = activeTraceparent() ?? null;
    checkSize({ subject, payload, traceparent });
    const ordinal = ordinalOf(stream, subject);
    const batch = this.#batches.get(tx);
    // Without `transaction`, nothing publishes inline: the row is left to the relay at once.
    const leaseMs = batch === undefined ? 0 : WRITER_LEASE_MS;
    return {
      values: [subject, stream, aggregate, ordinal, payload, this.owner, leaseMs, traceparent],
      done: (place) => {
        if (place === undefined) return;
        if (batch === undefined) tx.afterCommit(() => this.#wakeRelay());
        else batch.set(subject, { ...place, payload });
      },
    };
  }

  #publishInline(rows: readonly WrittenRow[], generation: number): Promise<void> {
    if (rows.length === 0) return Promise.resolve();
    const publishing = this.#publishInOrder(rows, generation).finally(() => this.#inline.delete(publishing));
    this.#inline.add(publishing);
    return publishing;
  }

  /** Bodies before the prompts that name them, and all else in the order in which it was written: parents first. */
  async #publishInOrder(rows: readonly WrittenRow[], generation: number): Promise<void> {
    const settled = new Set<string>();
    try {
      const bodies = rows.filter(({ stream }) => stream === 'body');
      const states = rows.filter(({ stream }) => stream === 'state');
      await this.#publishAll(bodies, generation, settled);
      await this.#publishAll(await this.#withoutOwedBodies(states), generation, settled);
    } catch (error) {
      const reason = error instanceof BusUnavailableError ? error.message : error;
      this.#logger.warn({ err: reason, rows: rows.length - settled.size }, 'rows are left to the relay');
    }
    const owed = rows.map(({ subject }) => subject).filter((subject) => !settled.has(subject));
    if (owed.length === 0) return;
    // If Postgres is away, too, the lease expires.
    await this.store.release(this.owner, owed).catch(() => undefined);
    this.#wakeRelay();
  }

  async #publishAll(rows: readonly OwedRow[], generation: number, settled: Set<string>): Promise<void> {
    for (let start = 0; start < rows.length; start += INLINE_WINDOW) {
      const window = rows.slice(start, start + INLINE_WINDOW);
      const results = await Promise.allSettled(window.map((row) => this.publisher.publish(row, generation)));
      const done = results.flatMap((result): Settled[] =>
        result.status === 'fulfilled' ? [result.value] : [],
      );
      if (done.length > 0) await this.settle(done, generation);
      for (const { row } of done) settled.add(row.subject);
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    }
  }

  /** A prompt's event names bodies, perhaps one that another writer is publishing at this moment. */
  async #withoutOwedBodies(states: readonly WrittenRow[]): Promise<WrittenRow[]> {
    const aggregates = states
      .filter(({ bodies_owed }) => bodies_owed === true)
      .map(({ aggregate }) => aggregate);
    if (aggregates.length === 0) return [...states];
    const deadline = performance.now() + BODY_PATIENCE_MS;
    let blocked = await this.store.aggregatesWithOwedBodies(aggregates);
    while (blocked.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, BODY_POLL_MS));
      blocked = await this.store.aggregatesWithOwedBodies(aggregates);
    }
    return states.filter(({ aggregate }) => !blocked.has(aggregate));
  }
}

/** Only prompts have bodies to wait for. */
function aggregateOf(name: EntityName, id: string): string {
  return name === 'prompt' ? id : stateSubject(name, id);
}

function checkSize(write: Pick<OwedRow, 'subject' | 'payload' | 'traceparent'>): void {
  const text = eventText({ ...write, revision: WIDEST_REVISION, changed_at: new Date().toISOString() });
  // A character takes three bytes at most: most events need no exact count.
  if (text.length * 3 <= MAX_EVENT_BYTES) return;
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_EVENT_BYTES) throw new EventTooLargeError(write.subject, bytes);
}

/**
 * Owed bodies are looked for with `limit`, not with `exists`: for that, the planner may read all that are owed to build a hash.
 * A revision is above the floor, also that of a row which exists: after the database went back, the next ones were given before.
 * Times are the database's, and of this moment rather than of the transaction's start: `owed_since` says in which order rows were
 * written within one transaction. A row that is owed already stays owed since then.
 */
const WRITE_ROW = `
  insert into outbox as o (subject, stream, aggregate, ordinal, revision, payload, deleted, changed_at, epoch, owed_since,
                           lease_owner, lease_until, traceparent)
  select $1::text, $2::text, $3::text, $4::smallint, c.revision_floor + 1, $5::text, $5::text is null, clock_timestamp(), c.epoch,
         clock_timestamp(), $6::uuid, clock_timestamp() + $7::float8 * interval '1 ms', $8::text
  from outbox_control c
  on conflict (subject) do update set
    revision = greatest(o.revision + 1, excluded.revision), payload = excluded.payload, deleted = excluded.deleted, changed_at = excluded.changed_at,
    owed_since = case when o.published_revision < o.revision then o.owed_since else excluded.owed_since end,
    lease_owner = excluded.lease_owner, lease_until = excluded.lease_until, traceparent = excluded.traceparent`;

/** What the writer needs to publish the row, and whether bodies of its aggregate are owed. */
const WRITTEN = `returning ${PLACE_COLUMNS}, (
    select true from outbox b
    where b.aggregate = o.aggregate and b.ordinal = 0 and b.published_revision < b.revision limit 1) as bodies_owed`;

const UPSERT = `${WRITE_ROW} ${WRITTEN}`;

const UPSERT_CHANGED = `${WRITE_ROW} where o.payload is distinct from excluded.payload ${WRITTEN}`;
