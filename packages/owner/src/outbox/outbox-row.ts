/** A row of the outbox on its way to the stream, and the event that it stands for. */
import {
  type EntityName,
  encodeBody,
  encodeEvent,
  entityOfSubject,
  idOfSubject,
  parseBodySubject,
  type StateEventInput,
} from '@px0/contracts';

export type OutboxStream = 'state' | 'body';

/** The order of publication within an aggregate, and `complete` after all else. */
export const Ordinal = { body: 0, state: 1, complete: 2 } as const;

/** A row as the publisher needs it. Snake case, as the database returns it. */
export interface OwedRow {
  readonly subject: string;
  readonly stream: OutboxStream;
  readonly aggregate: string;
  readonly ordinal: number;
  readonly revision: number;
  /** The state as JSON, null for a tombstone. */
  readonly payload: string | null;
  readonly changed_at: string;
  readonly last_sequence: number;
  readonly epoch: string;
  readonly traceparent: string | null;
}

/** The columns of OwedRow, with numbers as JavaScript has them (revisions stay far below 2^53) and times as events have them. */
export const OWED_COLUMNS = `
  o.subject, o.stream, o.aggregate, o.ordinal, o.revision::float8 as revision, o.payload,
  to_char(o.changed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as changed_at,
  o.last_sequence::float8 as last_sequence, o.epoch, o.traceparent`;

/** The text of the event that a row stands for. @throws EventInvalidError */
export function eventText(
  row: Pick<OwedRow, 'subject' | 'stream' | 'revision' | 'payload' | 'changed_at' | 'traceparent'>,
): string {
  const stamp = { revision: row.revision, time: row.changed_at, traceparent: row.traceparent ?? undefined };
  if (row.stream === 'body') return bodyText(row.subject, row.payload, stamp);
  const name = entityOfSubject(row.subject);
  const id = idOfSubject(row.subject);
  if (name === undefined || id === undefined) throw new Error(`no state subject: ${row.subject}`);
  return encodeEvent(stateEventInput(name, id, row.payload, stamp));
}

interface Stamp {
  readonly revision: number;
  readonly time: string;
  readonly traceparent: string | undefined;
}

function bodyText(subject: string, payload: string | null, stamp: Stamp): string {
  const address = parseBodySubject(subject);
  if (address === undefined) throw new Error(`no body subject: ${subject}`);
  return encodeBody({ ...address, ...stamp, template: payload === null ? undefined : templateOf(payload) });
}

function templateOf(payload: string): string {
  const template: unknown = JSON.parse(payload);
  if (typeof template !== 'string') throw new Error('a body is one string');
  return template;
}

/** A parser: `encodeEvent` checks the state against the entity's schema, which TypeScript cannot follow through the table. */
function stateEventInput(
  name: EntityName,
  id: string,
  payload: string | null,
  stamp: Stamp,
): StateEventInput {
  return { name, id, ...stamp, state: payload === null ? undefined : JSON.parse(payload) } as StateEventInput;
}
