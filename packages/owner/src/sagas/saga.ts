/**
 * Reacts to other services' events by writing to its own tables. Runs in one replica at a time, in the stream's order, from the
 * position kept in Postgres. Effect, position and outbox rows commit together. An event counts as applied when its effect has
 * been committed and published, or when the event was parked because its effect failed repeatedly.
 * See docs/decisions/020-epochs.md.
 */
import { randomUUID } from 'node:crypto';
import { context, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  decodeEvent,
  type EntityName,
  EventInvalidError,
  entityOfSubject,
  type StateEvent,
} from '@px0/contracts';
import {
  AskedPosition,
  type Bus,
  BusUnavailableError,
  type Delivery,
  type EpochMark,
  type OpenReader,
  type OpenStreamReader,
  PositionTracker,
  type Projection,
  pushReader,
  type RevisionToken,
  Signal,
  startProcessSpan,
  TokenWait,
  type TokenWaitOutcome,
  Waiters,
} from '@px0/event-bus/internal';
import { isUnavailable, type Logger } from '@px0/service-kit';
import type pg from 'pg';
import type { SqlClient, SqlTransaction } from '../database/sql-client.ts';
import type { Lookout } from '../lookout.ts';
import type { Outbox, Publication } from '../outbox/outbox.ts';
import { DEBT_POLL_MS, SagaDebts } from './saga-debts.ts';
import { SagaFencedError } from './saga-fenced-error.ts';
import { SagaLead } from './saga-lead.ts';
import { PARKED_ARE_DUE, type ParkedEvent, SagaStore } from './saga-store.ts';

/** A saga as a service declares it. */
export interface SagaDefinition {
  readonly name: string;
  /** Which entities it reacts to. All others only move its position. */
  readonly wants: (name: EntityName) => boolean;
  /** Which of these events call for an effect; default: all. The others only move the position, without a transaction. */
  readonly concerns?: (event: StateEvent) => boolean;
  /**
   * Writes, inside the transaction. Must be idempotent: in a new epoch every entity's last event comes again.
   */
  readonly effect: (tx: SqlTransaction, event: StateEvent) => Promise<void>;
}

export interface SagaOptions extends SagaDefinition {
  readonly bus: Bus;
  readonly pool: pg.Pool;
  readonly outbox: Outbox;
  readonly client: SqlClient;
  /** Says which epoch is valid and whether the stream is the right one. */
  readonly projection: Projection;
  readonly logger: Logger;
  /** Tells of parked events that are due; default: the leader looks for them at each interval. */
  readonly lookout?: Lookout | undefined;
  readonly openReader?: OpenStreamReader;
  /** Failures until an event is parked. */
  readonly maxAttempts?: number;
  /** Wait after the first failure; doubled after each. */
  readonly backoffMs?: number;
  readonly retryParkedMs?: number;
}

const MAX_ATTEMPTS = 5;
const BACKOFF_MS = 50;
const AN_HOUR_MS = 3_600_000;
/** How often a replica tries to take the lead. */
const LEAD_INTERVAL_MS = 500;
/** Poll of the position in a replica that does not lead, only while a request waits for it. */
const FOLLOW_POLL_MS = 10;
/** Between two writes of the position: a burst of events must not become a burst of updates. */
const FLUSH_PAUSE_MS = 5;

/**
 * Whether the epoch began because a database went back. The stream then still shows entities that are lost, to which nothing must react: effects wait
 * until every context has shown what it has.
 */
function isReturn({ epoch, wentBack }: EpochMark): boolean {
  return Object.values(wentBack ?? {}).includes(epoch);
}

export class Saga {
  readonly name: string;
  readonly #options: SagaOptions;
  readonly #store: SagaStore;
  readonly #lead: SagaLead;
  readonly #waiters = new Waiters();
  readonly #tokenWait: TokenWait;
  readonly #signal = new Signal();
  /** Sequences whose effects are committed but not in the stream yet. */
  readonly #debts = new SagaDebts(() => this.#stepped());
  readonly #place: AskedPosition;
  #reader: OpenReader | undefined;
  #leading: EpochMark | undefined;
  /** Fences this lead in the saga's row. */
  #leader: string | undefined;
  #broken = false;
  /** Parked events may be due. */
  #looksForParked = true;
  /** What a replica that does not lead has read from Postgres, in `#followedEpoch`. */
  #followed = 0;
  #followedEpoch = '';
  #waiting = 0;
  #polling = false;
  #stopped = false;
  #running: Promise<void> | undefined;
  /** Effects run one after the other: events of the stream, and parked ones that are retried. */
  #tail: Promise<unknown> = Promise.resolve();
  #flushing = false;
  #flushed = '';

  constructor(options: SagaOptions) {
    this.name = options.name;
    this.#options = options;
    this.#store = new SagaStore(options.pool, options.name);
    this.#lead = new SagaLead(options.pool, options.name);
    const { projection } = options;
    this.#place = new AskedPosition({
      lastSequence: () => this.#lastSequence(),
      onStep: () => this.#stepped(),
      mayAsk: () => this.leads && projection.connected,
      retryMs: LEAD_INTERVAL_MS,
    });
    const saga = this;
    this.#tokenWait = new TokenWait(
      {
        get epoch() {
          return projection.epoch;
        },
        get reported() {
          return saga.reported;
        },
        get connected() {
          return projection.connected;
        },
        get settledInEpoch() {
          return projection.settledInEpoch;
        },
      },
      this.#waiters,
    );
  }

  start(): void {
    this.#options.projection.onEpoch(() => this.#break());
    this.#options.lookout?.watch(PARKED_ARE_DUE, () => {
      this.#looksForParked = true;
      this.#signal.raise();
    });
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#break();
    await this.#running;
    await this.#lead.release();
  }

  /** Events whose effect failed again and again, in whichever replica. */
  parkedEvents(): Promise<number> {
    return this.#store.countParked();
  }

  get leads(): boolean {
    return this.#leading !== undefined;
  }

  /** The greatest sequence up to which every effect is committed and published. */
  get reported(): number {
    const epoch = this.#options.projection.epoch?.epoch;
    if (this.#leading === undefined) return this.#followedEpoch === epoch ? this.#followed : 0;
    return this.#leading.epoch === epoch ? this.#applied() : 0;
  }

  /** Waits until the effects of what the token covers are committed and published, in whichever replica leads. */
  async waitFor(token: RevisionToken, timeoutMs: number): Promise<TokenWaitOutcome> {
    this.#waiting += 1;
    if (!this.leads && this.reported < token.sequence) this.#pollWhileWaiting();
    try {
      return await this.#tokenWait.wait(token, timeoutMs);
    } finally {
      this.#waiting -= 1;
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#round();
      } catch (error) {
        const expected =
          error instanceof BusUnavailableError || isUnavailable(error) || error instanceof SagaFencedError;
        this.#options.logger[expected ? 'warn' : 'error'](
          { err: error, saga: this.name },
          'the saga stopped and will try again',
        );
      }
      if (!this.#stopped) await this.#signal.wait(LEAD_INTERVAL_MS);
    }
  }

  async #round(): Promise<void> {
    const { projection } = this.#options;
    await this.#follow();
    // The projection is connected only when it has made sure that the stream is the right one.
    if (!projection.connected || projection.epoch === undefined) return;
    if (isReturn(projection.epoch) && !projection.settledInEpoch) return;
    if (!(await this.#lead.take())) return;
    const mark = projection.epoch;
    try {
      await this.#leadIn(mark);
    } finally {
      this.#leading = undefined;
      this.#leader = undefined;
      this.#debts.forget();
    }
  }

  async #leadIn(mark: EpochMark): Promise<void> {
    const leader = randomUUID();
    const startedAt = performance.now();
    const { position, published } = await this.#store.takeOver(leader, mark.epoch);
    this.#leader = leader;
    this.#place.restart(
      position === 0 ? new PositionTracker() : new PositionTracker({ position, reported: published }),
    );
    this.#flushed = '';
    this.#broken = false;
    this.#looksForParked = true;
    this.#leading = mark;
    this.#options.logger.info({ saga: this.name, position, epoch: mark.epoch }, 'leading the saga');
    // Rows that the leader before left owed: until they are published nothing more is reported.
    this.#debts.add(position === 0 ? 1 : published + 1, () => this.#contextOwesSince(startedAt, mark.epoch));
    const open = this.#options.openReader ?? pushReader();
    const reader = await open({
      bus: this.#options.bus,
      from: this.#place.from,
      streamCreatedAt: mark.streamCreatedAt,
      onDelivery: (delivery) => this.#receive(delivery, leader),
      onContact: () => undefined,
      onBroken: (_reason, next) => {
        this.#place.ended(next);
        this.#break();
      },
    });
    this.#reader = reader;
    try {
      this.#place.resume();
      await this.#whileLeading(leader, mark);
    } finally {
      this.#reader = undefined;
      reader.close();
      await this.#tail.catch(() => undefined);
    }
  }

  async #whileLeading(leader: string, mark: EpochMark): Promise<void> {
    while (!this.#broken && !this.#stopped && this.#lead.held) {
      const { epoch, position } = this.#options.projection;
      if (epoch?.epoch !== mark.epoch) return;
      // The service's own projection has come so far: a consumer of the saga's that delivers nothing is noticed by it.
      this.#reader?.expect?.(position);
      if (this.#looksForParked) await this.#retryParked(leader);
      await this.#signal.wait(LEAD_INTERVAL_MS);
    }
  }

  async #lastSequence(): Promise<number> {
    const last = await this.#options.projection.lastSequence();
    this.#reader?.expect?.(last);
    return last;
  }

  #break(): void {
    this.#broken = true;
    this.#signal.raise();
  }

  #receive(delivery: Delivery, leader: string): void | Promise<void> {
    const name = entityOfSubject(delivery.subject);
    const repeated = delivery.sequence <= this.#place.position;
    const counts = this.#options.projection.counts(delivery);
    if (!repeated && counts && name !== undefined && this.#options.wants(name) && this.#concerns(delivery)) {
      return this.#react(delivery, leader);
    }
    this.#place.delivered(delivery.sequence);
    return undefined;
  }

  /** An event that cannot be read is no reason to skip it: it is parked like one whose effect fails. */
  #concerns(delivery: Delivery): boolean {
    const { concerns } = this.#options;
    if (concerns === undefined) return true;
    try {
      return concerns(decodeEvent(delivery.subject, delivery.text()));
    } catch {
      return true;
    }
  }

  async #react(delivery: Delivery, leader: string): Promise<void> {
    await this.#exclusively(async () => {
      await this.#untilDebtsAreFew();
      const publication = await this.#withAttempts(delivery, leader);
      if (this.#broken) return;
      if (publication !== undefined) this.#oweUntilPublished(delivery.sequence, publication);
      this.#place.delivered(delivery.sequence);
    });
  }

  /** While publishing is slow there is no use in committing more: flow control then holds the server back, too. */
  async #untilDebtsAreFew(): Promise<void> {
    while (this.#debts.full && !this.#broken && !this.#stopped) {
      await new Promise((resolve) => setTimeout(resolve, DEBT_POLL_MS));
    }
  }

  /** Runs the effect until it succeeds or the event is parked. Undefined when it was parked. */
  async #withAttempts(delivery: Delivery, leader: string): Promise<Publication | undefined> {
    const { maxAttempts = MAX_ATTEMPTS, backoffMs = BACKOFF_MS, logger } = this.#options;
    const text = delivery.text();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#commit(
          { subject: delivery.subject, text, traceparent: delivery.traceparent() },
          leader,
          delivery.sequence,
        );
      } catch (error) {
        // Postgres being away is not the event's fault; neither is a lost lead.
        if (isUnavailable(error) || error instanceof SagaFencedError) {
          this.#break();
          throw error;
        }
        logger.warn({ err: error, saga: this.name, subject: delivery.subject, attempt }, 'an effect failed');
        // An event that cannot be read now will not be readable in a second; retrying would only block the events behind it.
        if (attempt >= maxAttempts || error instanceof EventInvalidError) {
          await this.#park(delivery, text, error, attempt, leader);
          return undefined;
        }
        await new Promise((resolve) => setTimeout(resolve, backoffMs * 2 ** (attempt - 1)));
        if (this.#broken || this.#stopped)
          throw new SagaFencedError('the saga was stopped', { cause: error });
      }
    }
  }

  /** Effect, position and outbox rows in one transaction, fenced by the lead; below the span that published the event. */
  async #commit(
    event: { readonly subject: string; readonly text: string; readonly traceparent?: string | undefined },
    leader: string,
    sequence?: number,
  ): Promise<Publication> {
    const decoded = decodeEvent(event.subject, event.text);
    const { subject, traceparent = decoded.traceparent } = event;
    const traced = { subject, traceparent, time: decoded.time };
    const span = startProcessSpan('react', traced, { 'px0.saga': this.name });
    return await inSpan(span, async () => {
      const { outbox, client, effect } = this.#options;
      const { publication } = await outbox.transactionWithPublication(client, async (tx) => {
        await this.#store.fence(tx, leader, sequence);
        await effect(tx, decoded);
        await this.#store.unpark(tx, subject);
      });
      return publication;
    });
  }

  async #park(
    delivery: Delivery,
    text: string,
    error: unknown,
    attempts: number,
    leader: string,
  ): Promise<void> {
    const { logger, retryParkedMs = AN_HOUR_MS } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    const { subject, sequence } = delivery;
    const parked = { subject, event: text, revision: delivery.revision(), error: message, attempts };
    await this.#store.park(parked, sequence, leader, retryParkedMs);
    logger.error(
      { saga: this.name, subject, alarm: 'saga-parked', reason: message },
      'an event was parked after its effect failed',
    );
  }

  async #retryParked(leader: string): Promise<void> {
    this.#looksForParked = this.#options.lookout === undefined;
    for (const parked of await this.#store.dueParked()) {
      if (this.#broken || this.#stopped) return;
      await this.#exclusively(() => this.#retryOne(parked, leader));
    }
  }

  async #retryOne(parked: ParkedEvent, leader: string): Promise<void> {
    const { logger, retryParkedMs = AN_HOUR_MS } = this.#options;
    try {
      await this.#commit({ subject: parked.subject, text: parked.event }, leader);
      logger.info({ saga: this.name, subject: parked.subject }, 'a parked event was applied');
    } catch (error) {
      if (isUnavailable(error) || error instanceof SagaFencedError) throw error;
      await this.#store.postpone(
        parked.subject,
        error instanceof Error ? error.message : String(error),
        retryParkedMs,
      );
      logger.error(
        { err: error, saga: this.name, subject: parked.subject, alarm: 'saga-parked' },
        'a parked event failed again',
      );
    }
  }

  #stepped(): void {
    this.#waiters.advance(this.#applied());
    if (this.#leader !== undefined) void this.#flush(this.#leader);
  }

  #applied(): number {
    const { oldest } = this.#debts;
    return oldest === undefined ? this.#place.reported : Math.min(this.#place.reported, oldest - 1);
  }

  #oweUntilPublished(sequence: number, publication: Publication): void {
    if (publication.written.length === 0) return;
    const { store } = this.#options.outbox;
    this.#debts.add(sequence, async () => {
      await publication.ended;
      return (await store.owedOf(publication.written)).length > 0;
    });
  }

  /** Whether rows are still owed that were owed at a moment in the past. */
  async #contextOwesSince(since: number, epoch: string): Promise<boolean> {
    const { owed } = await this.#options.outbox.store.standing(epoch, performance.now() - since, []);
    return owed;
  }

  /** Writes the position for the other replicas and the next leader; many moves make one write. */
  async #flush(leader: string): Promise<void> {
    if (this.#flushing) return;
    this.#flushing = true;
    try {
      for (;;) {
        const [position, applied] = [this.#place.position, this.#applied()];
        if (`${position}:${applied}` === this.#flushed || this.#leading === undefined) return;
        await this.#store.savePosition(leader, position, applied);
        this.#flushed = `${position}:${applied}`;
        await new Promise((resolve) => setTimeout(resolve, FLUSH_PAUSE_MS));
      }
    } catch (error) {
      this.#options.logger.warn({ err: error, saga: this.name }, 'the position could not be saved');
      this.#break();
    } finally {
      this.#flushing = false;
    }
  }

  async #follow(): Promise<void> {
    const { epoch, published } = await this.#store.position();
    this.#followedEpoch = epoch;
    this.#followed = published;
    if (!this.leads) this.#waiters.advance(this.reported);
  }

  #pollWhileWaiting(): void {
    if (this.#polling) return;
    this.#polling = true;
    const poll = async (): Promise<void> => {
      while (this.#waiting > 0 && !this.leads && !this.#stopped) {
        await this.#follow().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, FOLLOW_POLL_MS));
      }
      this.#polling = false;
    };
    void poll();
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(work, work);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

async function inSpan<T>(span: Span | undefined, work: () => Promise<T>): Promise<T> {
  if (span === undefined) return await work();
  try {
    return await context.with(trace.setSpan(context.active(), span), work);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
