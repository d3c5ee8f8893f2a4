/** A conversation's messages, put together from the outputs of its units. */
import { isBlank } from '../unicode/white-space.ts';
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

/** `outputs` are those of the units, `hasText` says which of them cannot be blank, and `lists` are those of the placeholders, all in order. */
export function assembleMessages(
  outline: readonly OutlineEntry[],
  outputs: readonly string[],
  hasText: readonly boolean[],
  lists: readonly (readonly Variables[])[],
): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let unit = 0;
  let placeholder = 0;
  for (const entry of outline) {
    if ('placeholder' in entry) {
      for (const message of lists[placeholder++] ?? []) messages.push(message);
    } else if ('unit' in entry) {
      const content = outputs[unit] ?? '';
      if (hasText[unit] === true || !isBlank(content)) messages.push({ role: entry.role, content });
      unit += 1;
    } else {
      const content: ContentPart[] = [];
      for (const part of entry.parts) addPart(content, part, outputs[unit++] ?? '');
      if (content.length > 0) messages.push({ role: entry.role, content });
    }
  }
  return messages;
}

/** Adds nothing when there is no text, or no URL. */
function addPart(content: ContentPart[], part: OutlinePart, output: string): void {
  if (output === '') return;
  if ('unit' in part) {
    content.push({ type: 'text', text: output });
    return;
  }
  const mediaType = part.media_type ?? mediaTypeOf(output);
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
