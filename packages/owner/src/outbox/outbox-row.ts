/** A row of the outbox on its way to the stream, and the event that it stands for. */
import { composeEvent, type EntityName, entityOfSubject } from '@px0/contracts';

export type OutboxStream = 'state' | 'body';

/**
 * The order of publication within an aggregate, and `complete` after all else. `later` is the state of an entity that the release before does not know: its
 * relays leave these rows alone, since they could not publish them, and its `complete` does not wait for them.
 */
export const Ordinal = { body: 0, state: 1, complete: 2, later: 3 } as const;

/** Entities that the release before does not know. One may be taken off a release later; its rows keep their ordinal. */
const LATER: ReadonlySet<EntityName | undefined> = new Set<EntityName>(['narrowKey']);

/** The ordinal of a row with this subject. */
export function ordinalOf(stream: OutboxStream, subject: string): number {
  if (stream === 'body') return Ordinal.body;
  return LATER.has(entityOfSubject(subject)) ? Ordinal.later : Ordinal.state;
}

/** A row as the publisher needs it. Snake case, as the database returns it. */
export interface OwedRow {
  readonly subject: string;
  readonly stream: OutboxStream;
  readonly aggregate: string;
  readonly ordinal: number;
  readonly revision: number;
  /** The event's content as JSON: a state, or a body's template. Null for a tombstone. */
  readonly payload: string | null;
  readonly changed_at: string;
  readonly last_sequence: number;
  readonly epoch: string;
  readonly traceparent: string | null;
}

/** A row as its writer gets it back. */
export interface WrittenRow extends OwedRow {
  /**
   * True when the stream lacked bodies of the aggregate as the row was written. A prompt's writers take turns, so no body that the event
   * names comes later, except in the same transaction, which publishes its bodies first.
   */
  readonly bodies_owed?: true | null;
}

/** When a row was written, as its event says it. */
export const EVENT_TIME = `to_char(o.changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** A row that is in the stream: as it was, or a newer revision of it. */
export interface Settled {
  readonly row: OwedRow;
  /** The message that shows it. */
  readonly sequence: number;
  /** The epoch in which it shows it: the row's, or a later one. */
  readonly epoch: string;
}

/**
 * The columns of OwedRow but for the payload, with numbers as JavaScript has them (revisions stay far below 2^53) and times as events
 * have them.
 */
export const PLACE_COLUMNS = `
  o.subject, o.stream, o.aggregate, o.ordinal, o.revision::float8 as revision, ${EVENT_TIME} as changed_at,
  o.last_sequence::float8 as last_sequence, o.epoch, o.traceparent`;

/** The columns of OwedRow. */
export const OWED_COLUMNS = `${PLACE_COLUMNS}, o.payload`;

/**
 * The text of the event that a row stands for. Its writer validated the payload, so it goes out as it was written, whichever version of
 * the service that was: the stream keeps events of every version, too, and their readers validate what they read.
 *
 * @throws EventInvalidError when the subject is neither a state's nor a body's
 */
export function eventText(
  row: Pick<OwedRow, 'subject' | 'revision' | 'payload' | 'changed_at' | 'traceparent'>,
): string {
  return composeEvent({
    subject: row.subject,
    revision: row.revision,
    time: row.changed_at,
    traceparent: row.traceparent ?? undefined,
    content: row.payload ?? undefined,
  });
}

/** The time in the text of an event; undefined where it has none. */
export function timeOf(event: string): string | undefined {
  try {
    const { time } = JSON.parse(event) as { readonly time?: unknown };
    return typeof time === 'string' ? time : undefined;
  } catch {
    return undefined;
  }
}
