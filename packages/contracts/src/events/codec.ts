/**
 * Events on the wire: CloudEvents 1.0 in structured JSON mode, validated once by the writer and once by each reader. The envelope's
 * `revision` and `deleted` are extension attributes; a tombstone has no data.
 */
import { z } from 'zod';
import { EventInvalidError } from './event-invalid-error.ts';
import { bodyContent, type ProgramState, programFields } from './program-state.ts';
import { type EntityName, entities, type StateOf } from './states.ts';
import { bodySubject, entityOfSubject, idOfSubject, parseBodySubject, stateSubject } from './subjects.ts';

interface Stamp {
  /** The entity's id. */
  readonly id: string;
  /** Without the stream prefix. */
  readonly subject: string;
  /** Rises by one with each write to the subject, across deletions too. */
  readonly revision: number;
  /** When it was written, RFC 3339. */
  readonly time: string;
  /** The trace in which it was written. */
  readonly traceparent?: string;
}

interface Present<N extends EntityName> extends Stamp {
  readonly name: N;
  readonly deleted: false;
  readonly state: StateOf<N>;
}

interface Tombstone<N extends EntityName> extends Stamp {
  readonly name: N;
  readonly deleted: true;
  readonly state: undefined;
}

/** An entity's whole public state at a revision, or its tombstone. */
export type StateEvent<N extends EntityName = EntityName> = { [K in N]: Present<K> | Tombstone<K> }[N];

/** What `encodeEvent` needs; a StateEvent is one. An undefined state means a tombstone. */
export interface StateEventInput<N extends EntityName = EntityName> {
  readonly name: N;
  readonly id: string;
  readonly revision: number;
  readonly time: string;
  readonly traceparent?: string | undefined;
  readonly state: StateOf<N> | undefined;
}

/** The program of one version, or the tombstone of a deleted draft. */
export interface BodyEvent {
  readonly promptId: string;
  readonly number: number;
  readonly subject: string;
  readonly revision: number;
  readonly time: string;
  readonly traceparent?: string;
  readonly program: ProgramState | undefined;
}

const envelopeSchema = z.object({
  specversion: z.literal('1.0'),
  id: z.string(),
  time: z.string(),
  revision: z.int().positive(),
  deleted: z.literal(true).optional(),
  traceparent: z.string().optional(),
  data: z.unknown().optional(),
});

const bodySchema = z.object({ prompt_id: z.string(), number: z.int().positive(), ...programFields });

/**
 * The text of a state event.
 *
 * @throws EventInvalidError when the state is not what the entity's schema says
 */
export function encodeEvent<N extends EntityName>(event: StateEventInput<N>): string {
  const { name, id, revision, time, traceparent, state } = event;
  const content = state === undefined ? undefined : encodeState(name, id, state);
  return composeEvent({ subject: stateSubject(name, id), revision, time, traceparent, content });
}

/**
 * The content of a state event: the state as JSON, without fields that the entity's schema does not have.
 *
 * @throws EventInvalidError when the state is not what the entity's schema says
 */
export function encodeState<N extends EntityName>(name: N, id: string, state: StateOf<N>): string {
  return JSON.stringify(check(stateSubject(name, id), entities[name].schema, state));
}

/**
 * The event in a message. Fields that this build does not know are dropped.
 *
 * @param subject without the stream prefix
 * @throws EventInvalidError when the text is no event of that subject.
 */
export function decodeEvent(subject: string, text: string): StateEvent {
  const name = entityOfSubject(subject);
  const id = idOfSubject(subject);
  if (name === undefined || id === undefined) throw new EventInvalidError(subject, 'unknown entity');
  const { stamp, data } = open(subject, text);
  const state = data === undefined ? undefined : check(subject, entities[name].schema, data);
  // The schema that checked the state is the one of `name`; TypeScript cannot follow that through the look-up.
  return { ...stamp, name, id, deleted: state === undefined, state } as StateEvent;
}

/**
 * The text of a body's event; an undefined program means a tombstone.
 *
 * @throws EventInvalidError when the prompt and the number name no body
 */
export function encodeBody(
  event: Omit<BodyEvent, 'subject' | 'traceparent'> & { traceparent?: string | undefined },
): string {
  const { promptId, number, revision, time, traceparent, program } = event;
  const content = program === undefined ? undefined : bodyContent(program);
  return composeEvent({ subject: bodySubject(promptId, number), revision, time, traceparent, content });
}

/**
 * The program in a message of the body stream.
 *
 * @throws EventInvalidError when the text is no body of that subject.
 */
export function decodeBody(subject: string, text: string): BodyEvent {
  const address = parseBodySubject(subject);
  if (address === undefined) throw new EventInvalidError(subject, 'not a subject of the body stream');
  const { stamp, data } = open(subject, text);
  if (data === undefined) return { ...stamp, ...address, program: undefined };
  const { prompt_id: _, number: __, ...program } = check(subject, bodySchema, data);
  return { ...stamp, ...address, program };
}

/** An event whose content has been validated and serialised before. */
export interface EventParts {
  /** Of a state or a body, without the stream prefix. */
  readonly subject: string;
  readonly revision: number;
  readonly time: string;
  readonly traceparent?: string | undefined;
  /** JSON: of a state as `encodeState` returns it, of a body as `bodyContent` returns it; undefined for a tombstone. */
  readonly content: string | undefined;
}

/**
 * The text of an event: the envelope around the content, which is neither parsed nor validated again.
 *
 * @throws EventInvalidError when the subject is neither a state's nor a body's
 */
export function composeEvent({ subject, revision, time, traceparent, content }: EventParts): string {
  const { source, type, data } = label(subject, content);
  const envelope = JSON.stringify({
    specversion: '1.0',
    id: `${subject}@${revision}`,
    source: `/px0/${source}`,
    type: `px0.${source}.${type}`,
    subject,
    time,
    datacontenttype: 'application/json',
    traceparent,
    revision,
  });
  const rest = data === undefined ? '"deleted":true' : `"data":${data}`;
  return `${envelope.slice(0, -1)},${rest}}`;
}

/** What the envelope says of its content, and the content in its place: undefined for a tombstone. */
interface Labelled {
  readonly source: string;
  readonly type: string;
  readonly data: string | undefined;
}

function label(subject: string, content: string | undefined): Labelled {
  const name = entityOfSubject(subject);
  if (name !== undefined && idOfSubject(subject) !== undefined) {
    return { source: entities[name].context, type: entities[name].entity, data: content };
  }
  const body = parseBodySubject(subject);
  if (body === undefined) throw new EventInvalidError(subject, 'no subject of a state or a body');
  const address = `"prompt_id":${JSON.stringify(body.promptId)},"number":${body.number}`;
  const data = content === undefined ? undefined : `{${address},"template":${content}}`;
  return { source: 'registry', type: 'body', data };
}

type Opened = { stamp: Omit<Stamp, 'id'>; data: unknown };

function open(subject: string, text: string): Opened {
  const parsed = check(subject, envelopeSchema, parseJson(subject, text));
  const { revision, time, traceparent } = parsed;
  if (parsed.id !== `${subject}@${revision}`) throw new EventInvalidError(subject, `its id is ${parsed.id}`);
  if ((parsed.data === undefined) !== (parsed.deleted === true)) {
    throw new EventInvalidError(subject, 'an event has either data or the mark of a tombstone');
  }
  const stamp =
    traceparent === undefined ? { subject, revision, time } : { subject, revision, time, traceparent };
  return { stamp, data: parsed.data };
}

function parseJson(subject: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventInvalidError(subject, 'not JSON', cause);
  }
}

function check<S extends z.ZodType>(subject: string, schema: S, value: unknown): z.infer<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new EventInvalidError(subject, `${issue?.path.join('.')}: ${issue?.message}`, result.error);
}
