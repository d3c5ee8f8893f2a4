/** A rendered conversation for people. Nothing reads it again: the exact form is that of `--json`. */
import type { ChatMessage } from '@px0/sdk';

/** The most of a URL that is shown: those of `data:` hold whole files. */
const MOST_OF_URL = 200;

/** Each message below its role, with an empty line between two. What is no text is shown as JSON. */
export function conversationText(messages: readonly ChatMessage[]): string {
  return messages.map(messageText).join('\n');
}

function messageText({ role, content, ...more }: ChatMessage): string {
  const parts = Array.isArray(content) ? content.map(partText) : [partText(content)];
  if (Object.keys(more).length > 0) parts.push(JSON.stringify(more));
  return `${[`${role}:`, ...parts.filter((part) => part !== '')].join('\n')}\n`;
}

function partText(part: unknown): string {
  if (part === undefined || part === null) return '';
  if (typeof part === 'string') return part;
  const { type, text, url, media_type: mediaType } = Object(part);
  if (type === 'text' && typeof text === 'string') return text;
  if (type !== 'media' || typeof url !== 'string') return JSON.stringify(part);
  const shown = url.length > MOST_OF_URL ? `${url.slice(0, MOST_OF_URL)}… (${url.length} characters)` : url;
  return typeof mediaType === 'string' ? `media (${mediaType}): ${shown}` : `media: ${shown}`;
}
