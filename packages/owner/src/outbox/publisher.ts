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
import { eventText, type OwedRow } from './outbox-row.ts';

/** What the server is asked to check. The one that px0 runs on is `expectLastSequence`. */
export type ExpectationRule = (row: OwedRow, lastSequence: number) => PublishExpectation;

export const expectLastSequence: ExpectationRule = (_row, lastSequence) => ({
  lastSubjectSequence: lastSequence,
});

/** A row that is in the stream: as it was, or a newer revision of it. */
export interface Settled {
  readonly row: OwedRow;
  /** The message that shows it. */
  readonly sequence: number;
}

export interface PublisherOptions {
  readonly bus: Bus;
  readonly context: string;
  /** The present epoch; nothing is published before one is known, since nothing could be said about what was published. */
  readonly epoch: () => EpochMark | undefined;
  readonly expectation?: ExpectationRule;
  /** Called before each attempt; a test stops the world here. */
  readonly beforePublish?: ((row: OwedRow) => Promise<void> | void) | undefined;
}

/** Each mismatch means that another writer got through; so many in a row mean that something else is wrong. */
const ATTEMPTS = 8;

export class Publisher {
  readonly #options: PublisherOptions;
  readonly #expectation: ExpectationRule;
  /** Rows settled so far. */
  published = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#expectation = options.expectation ?? expectLastSequence;
  }

  /**
   * Publishes the row, or finds that the stream has its revision or a newer one.
   *
   * @throws BusUnavailableError when NATS is away: the row stays owed
   */
  async publish(row: OwedRow): Promise<Settled> {
    const written = row.traceparent ?? undefined;
    const span = startPublishSpan(row.subject, written, row.changed_at);
    try {
      const settled = await this.#publish(row, traceparentFor(span, written));
      this.published += 1;
      return settled;
    } catch (error) {
      span?.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span?.end();
    }
  }

  async #publish(row: OwedRow, traceparent: string | undefined): Promise<Settled> {
    const { bus, context, epoch, beforePublish } = this.#options;
    const mark = epoch();
    if (mark === undefined) throw new BusUnavailableError('no epoch is known yet');
    const payload = eventText(row);
    let lastSequence = row.epoch === mark.epoch ? row.last_sequence : 0;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      await beforePublish?.(row);
      try {
        const expectation = this.#expectation(row, lastSequence);
        const { subject, revision } = row;
        const request = { subject, payload, revision, traceparent, epoch: mark.epoch, expectation };
        const sequence = await bus.publish(request);
        return { row, sequence };
      } catch (error) {
        if (!(error instanceof WrongLastSequenceError)) throw error;
      }
      const last = await bus.lastMessage(row.stream, row.subject);
      if (last !== undefined && last.revision >= row.revision && isShown(row, last, mark, context)) {
        return { row, sequence: last.sequence };
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
