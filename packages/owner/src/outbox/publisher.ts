/**
 * Publishes one row of the outbox so that retries are harmless: the server stores the message only if the subject's last message
 * is the expected one, and a mismatch is resolved by comparing revisions with the message found there.
 */
import { SpanStatusCode } from '@opentelemetry/api';
import {
  type Bus,
  BusUnavailableError,
  compareEpochs,
  type EpochMark,
  type PublishExpectation,
  type StoredMessage,
  startPublishSpan,
  traceparentFor,
  WrongLastSequenceError,
} from '@px0/event-bus/internal';
import { eventText, type OutboxStream, type OwedRow, type Settled, timeOf } from './outbox-row.ts';
import type { OutboxStore } from './outbox-store.ts';

/** What the server is asked to check. The one that px0 runs on is `expectLastSequence`. */
export type ExpectationRule = (row: OwedRow, lastSequence: number) => PublishExpectation;

export const expectLastSequence: ExpectationRule = (_row, lastSequence) => ({
  lastSubjectSequence: lastSequence,
});

export interface PublisherOptions {
  readonly bus: Bus;
  readonly context: string;
  /** The present epoch; nothing is published before one is known, since nothing could be said about what was published. */
  readonly epoch: () => EpochMark | undefined;
  readonly store: Pick<OutboxStore, 'findBehind'>;
  /** Which server rows come from now, counted by the changes. A row that came from an earlier one may be lost. */
  readonly generation: () => number;
  readonly expectation?: ExpectationRule;
  /** Called before each attempt; a test stops the world here. */
  readonly beforePublish?: ((row: OwedRow) => Promise<void> | void) | undefined;
}

/** A subject whose message may show a write that the database does not have. */
export interface Suspect {
  readonly subject: string;
  readonly stream: OutboxStream;
}

interface Sent extends Suspect {
  /** Of the row that was sent. */
  readonly generation: number;
}

/** Each mismatch means that another writer got through; so many in a row mean that something else is wrong. */
const ATTEMPTS = 8;
/** Of what was sent and not noted in the database, so many subjects are remembered: more than are under way at a time. */
const REMEMBERED = 10_000;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #expectation: ExpectationRule;
  readonly #underWay = new Set<Promise<unknown>>();
  /** What was sent, and not yet noted by the server that the row came from. */
  readonly #sent = new Map<string, Sent>();
  readonly #contradicted = new Map<string, Suspect>();
  #onContradiction: () => void = () => undefined;
  /** Rows settled so far. */
  published = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#expectation = options.expectation ?? expectLastSequence;
  }

  /**
   * Publishes the row, or finds that the stream has its revision or a newer one.
   *
   * @param generation which server the row came from
   * @throws BusUnavailableError when NATS is away, rows come from another server now, or the row belongs to a later epoch: it stays owed, if there is one
   */
  async publish(row: OwedRow, generation = this.#options.generation()): Promise<Settled> {
    const written = row.traceparent ?? undefined;
    const span = startPublishSpan(row.subject, written, row.changed_at);
    const publishing = this.#publish(row, generation, traceparentFor(span, written));
    this.#underWay.add(publishing);
    try {
      const settled = await publishing;
      this.published += 1;
      return settled;
    } catch (error) {
      span?.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      this.#underWay.delete(publishing);
      span?.end();
    }
  }

  /** The database has noted what was published of rows that it gave in `generation`. */
  noted(settled: readonly Settled[], generation: number): void {
    // After a change of the server, nobody knows which one has noted it.
    if (generation !== this.#options.generation()) return;
    for (const { row } of settled) this.#sent.delete(row.subject);
  }

  /** Resolves when nothing is being published. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  /** Calls back when the stream shows a write that the database contradicts. */
  onContradiction(listener: () => void): void {
    this.#onContradiction = listener;
  }

  get isContradicted(): boolean {
    return this.#contradicted.size > 0;
  }

  /** What was sent of rows of earlier servers and may be lost there, and what the stream shows instead of a row. */
  suspects(): readonly Suspect[] {
    const present = this.#options.generation();
    const sent = [...this.#sent.values()].filter(({ generation }) => generation !== present);
    return [...sent, ...this.#contradicted.values()];
  }

  /** They are explained. */
  acquit(suspects: readonly Suspect[]): void {
    const present = this.#options.generation();
    for (const { subject } of suspects) {
      this.#contradicted.delete(subject);
      if (this.#sent.get(subject)?.generation !== present) this.#sent.delete(subject);
    }
  }

  async #publish(row: OwedRow, generation: number, traceparent: string | undefined): Promise<Settled> {
    const { bus, context, epoch, beforePublish } = this.#options;
    const mark = epoch();
    if (mark === undefined) throw new BusUnavailableError('no epoch is known yet');
    if (compareEpochs(row.epoch, mark.epoch) > 0) {
      // Published as of the earlier one, it would count as settled without having been shown in the later.
      throw new BusUnavailableError('the row is owed in an epoch that this process has not entered');
    }
    const payload = eventText(row);
    let lastSequence = row.epoch === mark.epoch ? row.last_sequence : 0;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      await beforePublish?.(row);
      if (generation !== this.#options.generation()) {
        throw new BusUnavailableError('the database may be another one than the row came from');
      }
      this.#remember({ subject: row.subject, stream: row.stream, generation });
      try {
        const expectation = this.#expectation(row, lastSequence);
        const { subject, revision } = row;
        const request = { subject, payload, revision, traceparent, epoch: mark.epoch, expectation };
        const sequence = await bus.publish(request);
        return { row, sequence, epoch: mark.epoch };
      } catch (error) {
        if (!(error instanceof WrongLastSequenceError)) throw error;
      }
      const last = await bus.lastMessage(row.stream, row.subject);
      if (last !== undefined && last.revision >= row.revision && isShown(row, last, mark, context)) {
        if (await this.#isContradicted(row, last)) throw this.#contradiction(row);
        return { row, sequence: last.sequence, epoch: mark.epoch };
      }
      if (last !== undefined && compareEpochs(last.epoch, mark.epoch) > 0) {
        // That epoch may have begun because the database went back: this row may be one that is lost.
        throw new BusUnavailableError(
          'the subject was published in an epoch that this process has not entered',
        );
      }
      lastSequence = last?.sequence ?? 0;
    }
    throw new Error(
      `${row.subject} was published by others ${ATTEMPTS} times in a row, each time at a lower revision`,
    );
  }

  #remember(sent: Sent): void {
    this.#sent.delete(sent.subject);
    this.#sent.set(sent.subject, sent);
    if (this.#sent.size <= REMEMBERED) return;
    const [oldest] = this.#sent.keys();
    if (oldest !== undefined) this.#sent.delete(oldest);
  }

  /** Whether the message is neither this write nor a later one that the database has: then it is one that a former server lost. */
  async #isContradicted(row: OwedRow, last: StoredMessage): Promise<boolean> {
    const { subject, revision } = last;
    if (revision === row.revision) return (timeOf(last.text) ?? row.changed_at) !== row.changed_at;
    return (await this.#options.store.findBehind([{ subject, revision }])) !== undefined;
  }

  #contradiction({ subject, stream }: OwedRow): BusUnavailableError {
    this.#contradicted.set(subject, { subject, stream });
    this.#onContradiction();
    return new BusUnavailableError('the stream shows a write that the database does not have');
  }
}

/**
 * In a new epoch a message counts only above the epoch's event: readers drop what was not shown since. Where the context's database went back,
 * a message of before may have the revision and another content.
 */
function isShown(
  row: OwedRow,
  last: Pick<StoredMessage, 'sequence' | 'epoch'>,
  mark: EpochMark,
  context: string,
): boolean {
  if (compareEpochs(last.epoch, mark.wentBack?.[context] ?? '') < 0) return false;
  return row.stream === 'body' || last.sequence > mark.sequence;
}
