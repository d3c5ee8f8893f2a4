/** What messages say, for its size. Media say nothing, and what an application brought along in a form of its own counts as JSON. */
import { isList, isObject, type JsonValue, prettyJson } from '../json/mod.ts';

export function messagesText(messages: readonly JsonValue[]): string {
  return messages.map(messageText).join('\n');
}

export function messageText(message: JsonValue): string {
  const content = isObject(message) ? message['content'] : undefined;
  if (typeof content === 'string') return content;
  if (!isList(content)) return prettyJson(message);
  return content
    .map((part) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('\n');
}
