/** A conversation's messages, put together from the outputs of its units. */
import { isBlank } from '../unicode/white-space.ts';
import { type Output, textOf } from '../values/fixed-text.ts';
import { JsonPieces } from '../values/json-pieces.ts';
import type { OutlineEntry, OutlinePart, Role } from './program.ts';

export type ContentPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'media'; readonly url: string; readonly media_type?: string };

/** A message that the prompt's author wrote; or an element of a placeholder's list, the same object. */
export type ChatMessage =
  | { readonly role: Role; readonly content: string | readonly ContentPart[] }
  | Readonly<Record<string, unknown>>;

/** A placeholder's variable is not what it must be. */
export class ChatVariablesError extends Error {
  override readonly name = 'ChatVariablesError';
}

export type Variables = Readonly<Record<string, unknown>>;

/** The units that the messages are made of, in order. */
export function unitsOf(outline: readonly OutlineEntry[]): string[] {
  return outline.flatMap((entry) => {
    if ('placeholder' in entry) return [];
    if ('unit' in entry) return [entry.unit];
    return entry.parts.map((part) => ('unit' in part ? part.unit : part.media));
  });
}

/**
 * What the placeholders stand for, in order.
 *
 * @throws ChatVariablesError
 */
export function placeholderLists(
  outline: readonly OutlineEntry[],
  variables: Variables | null,
): (readonly Variables[])[] {
  const lists: (readonly Variables[])[] = [];
  for (const entry of outline) if ('placeholder' in entry) lists.push(placeholderList(entry, variables));
  return lists;
}

function placeholderList(
  { placeholder, required }: { readonly placeholder: string; readonly required?: true | undefined },
  variables: Variables | null,
): readonly Variables[] {
  const isThere = variables !== null && Object.hasOwn(variables, placeholder);
  const value = isThere ? variables[placeholder] : undefined;
  if (value === undefined && required === true) throw new ChatVariablesError(`missing ${placeholder}`);
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isMessage))
    throw new ChatVariablesError(`${placeholder} must be a list of messages`);
  return value;
}

function isMessage(value: unknown): value is Variables {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.hasOwn(value, 'role') && 'role' in value && typeof value.role === 'string';
}

/** Takes a conversation's messages in order: those of placeholders, and those that the author wrote. */
interface MessageSink<Text extends Output> {
  given(messages: readonly Variables[]): void;
  authored(role: Role, content: Text | readonly PartOf<Text>[]): void;
}

type PartOf<Text extends Output> =
  | { readonly type: 'text'; readonly text: Text }
  | { readonly type: 'media'; readonly url: Text; readonly media_type?: string };

/** What a conversation is put together from: what its units print, whether each of them can be blank, and the placeholders' lists, all in order. */
interface MessageSources<Text extends Output> {
  readonly outline: readonly OutlineEntry[];
  readonly outputs: readonly Text[];
  readonly hasText: readonly boolean[];
  readonly lists: readonly (readonly Variables[])[];
}

export function assembleMessages(sources: MessageSources<string>): ChatMessage[] {
  const messages: ChatMessage[] = [];
  assemble(sources, {
    given: (list) => {
      for (const message of list) messages.push(message);
    },
    authored: (role, content) => messages.push({ role, content }),
  });
  return messages;
}

/** The JSON of what `assembleMessages` gives. */
export function messagesJson(sources: MessageSources<Output>): JsonPieces {
  const json = new JsonPieces().add('[');
  let comma = '';
  assemble(sources, {
    given: (list) => {
      if (list.length === 0) return;
      json.add(comma).add(JSON.stringify(list).slice(1, -1));
      comma = ',';
    },
    authored: (role, content) => {
      json.add(`${comma}{"role":${JSON.stringify(role)},"content":`);
      if (isParts(content)) addParts(json, content);
      else json.addText(content);
      json.add('}');
      comma = ',';
    },
  });
  return json.add(']');
}

function isParts(content: Output | readonly PartOf<Output>[]): content is readonly PartOf<Output>[] {
  const [first] = content;
  return typeof first === 'object' && 'type' in first;
}

function addParts(json: JsonPieces, parts: readonly PartOf<Output>[]): void {
  let open = '[';
  for (const part of parts) {
    if (part.type === 'text') json.add(`${open}{"type":"text","text":`).addText(part.text);
    else {
      json.add(`${open}{"type":"media","url":`).addText(part.url);
      if (part.media_type !== undefined) json.add(`,"media_type":${JSON.stringify(part.media_type)}`);
    }
    json.add('}');
    open = ',';
  }
  json.add(']');
}

function assemble<Text extends Output>(
  { outline, outputs, hasText, lists }: MessageSources<Text>,
  sink: MessageSink<Text>,
): void {
  let unit = 0;
  let placeholder = 0;
  for (const entry of outline) {
    if ('placeholder' in entry) sink.given(lists[placeholder++] ?? []);
    else if ('unit' in entry) {
      const content = outputs[unit];
      if (content !== undefined && (hasText[unit] === true || !isBlank(textOf(content))))
        sink.authored(entry.role, content);
      unit += 1;
    } else {
      const content: PartOf<Text>[] = [];
      for (const part of entry.parts) addPart(content, part, outputs[unit++]);
      if (content.length > 0) sink.authored(entry.role, content);
    }
  }
}

/** Adds nothing when there is no text, or no URL. */
function addPart<Text extends Output>(
  content: PartOf<Text>[],
  part: OutlinePart,
  output: Text | undefined,
): void {
  if (output === undefined || output === '') return;
  if ('unit' in part) {
    content.push({ type: 'text', text: output });
    return;
  }
  const mediaType = part.media_type ?? mediaTypeOf(textOf(output));
  content.push(
    mediaType === undefined
      ? { type: 'media', url: output }
      : { type: 'media', url: output, media_type: mediaType },
  );
}

const DATA_URL = /^[Dd][Aa][Tt][Aa]:([A-Za-z]+\/[A-Za-z0-9.+-]{1,80})[;,]/;

/** The media type that a `data:` URL names, without its parameters. */
function mediaTypeOf(url: string): string | undefined {
  return DATA_URL.exec(url)?.[1]?.toLowerCase();
}
