/** The messages of a rendered chat: px0's own, and those of placeholders, which may be of any form. */
import { isObject, type JsonObject } from './json.ts';

/** A message as px0 renders it, or what a placeholder brought along, as it came. */
export interface ChatMessage {
  readonly role: string;
  /** A text, a list of parts, or whatever else a placeholder's message holds. */
  readonly content?: unknown;
  readonly [key: string]: unknown;
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface MediaPart {
  readonly type: 'media';
  readonly url: string;
  readonly media_type?: string;
}

export type OwnPart = TextPart | MediaPart;

/** The messages of somebody's JSON, undefined when they are none. */
export function messagesIn(value: unknown): readonly ChatMessage[] | undefined {
  return Array.isArray(value) && value.every(isMessage) ? value : undefined;
}

function isMessage(value: unknown): value is ChatMessage {
  return isObject(value) && typeof value['role'] === 'string';
}

/** Whether it is all of px0's own form: a text, or a list of text and media parts. */
export function isOwnContent(content: unknown): content is string | readonly OwnPart[] {
  return typeof content === 'string' || (Array.isArray(content) && content.every(isOwnPart));
}

function isOwnPart(part: unknown): part is OwnPart {
  if (isMedia(part)) return true;
  return isObject(part) && part['type'] === 'text' && typeof part['text'] === 'string' && hasKeys(part, 2);
}

export function isMedia(part: unknown): part is MediaPart {
  if (!isObject(part) || part['type'] !== 'media' || typeof part['url'] !== 'string') return false;
  const type = part['media_type'];
  return hasKeys(part, 'media_type' in part ? 3 : 2) && (type === undefined || typeof type === 'string');
}

function hasKeys(object: JsonObject, count: number): boolean {
  return Object.keys(object).length === count;
}

/** One text of all messages, for logs. */
export function transcriptOf(messages: readonly ChatMessage[]): string {
  let transcript = '';
  for (const { role, content } of messages) transcript += `${role}:\n${contentText(content)}\n\n`;
  return transcript;
}

function contentText(content: unknown): string {
  if (content === undefined || content === null) return '';
  if (!isOwnContent(content)) return JSON.stringify(content);
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '[media]')).join('\n');
}
