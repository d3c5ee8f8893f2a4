/** What an author writes into a version: a text or a conversation, the configuration of the model, a schema of its variables, and a note. */
import type { Wire } from '@px0/contracts';
import type { ChatEntry, MessagePart, Role } from '@px0/template';
import { asJson, isObject, type JsonObject } from '../json/mod.ts';

export type { ChatEntry, MessagePart, Role } from '@px0/template';

export interface TextBody {
  readonly template: string;
}

export interface ChatBody {
  readonly messages: readonly ChatEntry[];
}

export type Body = TextBody | ChatBody;

export interface Content {
  readonly body: Body;
  /** Empty if the version has none. */
  readonly config: JsonObject;
  /** What the variables must be beyond what the text needs. Empty if the author wants nothing. */
  readonly schema: JsonObject;
  readonly note: string;
}

/** What a version from the API holds. */
export type VersionContent = Pick<
  Wire<'PromptVersion'>,
  'template' | 'messages' | 'config' | 'authored_schema' | 'note'
>;

export function isChat(body: Body): body is ChatBody {
  return 'messages' in body;
}

export function contentOf(version: VersionContent): Content {
  const { template, messages, config, authored_schema: schema, note } = version;
  return {
    body: messages === undefined ? { template } : { messages: messages.map(entryOf) },
    config: objectOf(config),
    schema: objectOf(schema),
    note: note ?? '',
  };
}

function objectOf(value: unknown): JsonObject {
  const json = asJson(value ?? {});
  return isObject(json) ? json : {};
}

/** The same entry always has the same keys in the same order, so that its JSON tells whether it has changed. */
export function entryOf({
  role,
  template = '',
  parts,
  placeholder,
  required,
}: Readonly<Wire<'ChatMessage'>>): ChatEntry {
  if (placeholder !== undefined) return required === true ? { placeholder, required } : { placeholder };
  const author = roleOf(role);
  return parts === undefined ? { role: author, template } : { role: author, parts: parts.map(partOf) };
}

/** The entries as the API takes them. */
export function wireMessages(entries: readonly ChatEntry[]): Wire<'ChatMessage'>[] {
  return entries.map((entry) => {
    if ('placeholder' in entry)
      return { placeholder: entry.placeholder, ...(entry.required === true && { required: true }) };
    if ('template' in entry) return { role: entry.role, template: entry.template };
    return { role: entry.role, parts: entry.parts.map(wirePart) };
  });
}

function wirePart(part: MessagePart): Wire<'MessagePart'> {
  if (part.type === 'text') return { type: 'text', template: part.template };
  const { url, media_type } = part;
  return media_type === undefined ? { type: 'media', url } : { type: 'media', url, media_type };
}

function partOf({ type, template = '', url = '', media_type }: Wire<'MessagePart'>): MessagePart {
  if (type === 'text') return { type, template };
  return media_type === undefined ? { type: 'media', url } : { type: 'media', url, media_type };
}

function roleOf(role: string | undefined): Role {
  return role === 'system' || role === 'assistant' ? role : 'user';
}

/** Every digit of the configuration counts. */
export function isSameContent(one: Content, other: Content): boolean {
  return (
    one === other ||
    (one.note === other.note &&
      isSameBody(one.body, other.body) &&
      isSameObject(one.config, other.config) &&
      isSameObject(one.schema, other.schema))
  );
}

export function isSameBody(one: Body, other: Body): boolean {
  if (one === other) return true;
  if (!isChat(one)) return !isChat(other) && one.template === other.template;
  return isChat(other) && JSON.stringify(one.messages) === JSON.stringify(other.messages);
}

/** The order of keys counts: that of a schema is seen. */
export function isSameObject(one: JsonObject, other: JsonObject): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** The author's text that an error speaks of, by the engine's name for it: `message 1`, or `message 1.0` for a part. */
export function textNamed(body: Body, source: string | undefined): string {
  if (!isChat(body)) return body.template;
  const place = placeOf(source);
  const entry = place === undefined ? undefined : body.messages[place.entry];
  if (entry === undefined || 'placeholder' in entry) return '';
  if ('template' in entry) return entry.template;
  const part = entry.parts[place?.part ?? 0];
  if (part === undefined) return '';
  return part.type === 'text' ? part.template : part.url;
}

/** Every template of a version: its text, or those of its messages. */
export function textsIn(body: Body): readonly string[] {
  if (!isChat(body)) return [body.template];
  return body.messages.flatMap((entry) => {
    if ('placeholder' in entry) return [];
    if ('template' in entry) return [entry.template];
    return entry.parts.map((part) => (part.type === 'text' ? part.template : part.url));
  });
}

/** A text within a conversation, counted from 0. */
export interface Place {
  readonly entry: number;
  readonly part?: number;
}

/** Reads the engine's name for a text. Undefined for any other name. */
export function placeOf(source: string | undefined): Place | undefined {
  const [, entry, part] = /^message (\d+)(?:\.(\d+))?$/.exec(source ?? '') ?? [];
  if (entry === undefined) return undefined;
  return part === undefined ? { entry: Number(entry) } : { entry: Number(entry), part: Number(part) };
}
