/**
 * What a rendered prompt says, in px0's own form, before a provider's form is made of it.
 * See docs/decisions/169-what-a-provider-is-handed.md.
 */
import { isBlank } from '@px0/template';
import { type ChatMessage, isOwnContent, type OwnPart } from '../chat-message.ts';
import { UsageError } from '../errors.ts';
import { isObject } from '../json.ts';

/** The part of a render's result that goes to a model. */
export interface Rendered {
  readonly slug: string;
  readonly text: string;
  /** Null for a text prompt. */
  readonly messages: readonly ChatMessage[] | null;
  /** The version's configuration; null when it has none. */
  readonly config: Readonly<Record<string, unknown>> | null;
}

/** A message with nothing but what px0 writes itself. */
interface OwnMessage {
  readonly role: string;
  readonly content: string | readonly OwnPart[];
}

export interface Conversation {
  /** The system messages before all others, joined with an empty line; undefined when there are none. */
  readonly system: string | undefined;
  readonly messages: readonly ChatMessage[];
}

/** @throws UsageError for what no render gave, of which a promise is the most likely */
export function requireRendered(result: unknown): void {
  const { messages } = isObject(result) ? result : {};
  // The text of a chat is made when it is read.
  if (Array.isArray(messages) || (messages === null && typeof Object(result).text === 'string')) return;
  throw new UsageError('the result is not one of render; was it awaited?');
}

/** A text prompt is one message of a user, and no message when the text is blank. */
export function messagesOf(result: Rendered): readonly ChatMessage[] {
  if (result.messages !== null) return result.messages;
  const { text } = result;
  return isBlank(text) ? [] : [{ role: 'user', content: text }];
}

/** The conversation for a provider that takes system messages apart from the others. */
export function conversationOf(provider: string, result: Rendered): Conversation {
  const messages = messagesOf(result);
  const first = messages.findIndex((message) => !isOwnSystem(message));
  const system = first < 0 ? messages : messages.slice(0, first);
  const texts = system.flatMap((message) => textsOf(provider, message)).filter((text) => !isBlank(text));
  return {
    system: texts.length === 0 ? undefined : texts.join('\n\n'),
    messages: first < 0 ? [] : messages.slice(first),
  };
}

export function isOwnSystem(message: ChatMessage): message is ChatMessage & OwnMessage {
  return message.role === 'system' && isOwn(message);
}

/** Whether the whole message is of px0's form, so that nothing is lost when it is put into another one. */
export function isOwn(message: ChatMessage): message is ChatMessage & OwnMessage {
  const { role: _role, content, ...more } = message;
  if (Object.keys(more).length > 0) return false;
  return isOwnContent(content);
}

function textsOf(provider: string, { content }: ChatMessage): string[] {
  if (!Array.isArray(content)) return [String(content)];
  return content.map((part: OwnPart) => {
    if (part.type === 'media') throw noMediaIn(provider, 'system');
    return part.text;
  });
}

/** The error for a message whose role a provider takes texts of only. */
export function noMediaIn(provider: string, role: string): UsageError {
  return new UsageError(`${provider} does not take media in ${role} messages`);
}

/** The message with each element of one of its lists exchanged; the message itself when it has no such list. */
export function withEach(
  message: ChatMessage,
  list: string,
  exchange: (element: unknown) => unknown,
): ChatMessage {
  const elements = message[list];
  return Array.isArray(elements) ? { ...message, [list]: elements.map(exchange) } : message;
}
