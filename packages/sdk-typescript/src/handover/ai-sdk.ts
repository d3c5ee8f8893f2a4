/** What the functions of the AI SDK (`ai`, version 7) take. */
import { type ChatMessage, isMedia } from '../chat-message.ts';
import { UsageError } from '../errors.ts';
import { isObject } from '../json.ts';
import { conversationOf, type Rendered, requireRendered, withEach } from './conversation.ts';
import { type MediaWriters, writeMedia } from './media.ts';
import { ALL_SETTINGS, droppedOf, settingsIn } from './settings.ts';

interface AITextPart {
  type: 'text';
  text: string;
}

interface AIFilePart {
  type: 'file';
  mediaType: string;
  data: { type: 'url'; url: URL } | { type: 'data'; data: string };
}

export type AIMessage =
  | { role: 'user'; content: string | (AITextPart | AIFilePart)[] }
  | { role: 'assistant'; content: string | (AITextPart | AIFilePart)[] };

export interface AIPrompt {
  /** The system messages before all others, joined with an empty line. */
  instructions?: string;
  messages: AIMessage[];
  /** The keys of the configuration that are set: the AI SDK takes models and settings in its own form, so none is handed over. */
  dropped: string[];
}

const PROVIDER = 'ai';

/**
 * A rendered prompt for the AI SDK: `const { dropped, ...prompt } = toAISDK(result)`, then `generateText({ model, ...prompt })`.
 * Messages of a placeholder are handed over as they came.
 *
 * @throws UsageError for a system message behind others, which the AI SDK refuses, and media of an unknown type
 */
export function toAISDK(result: Rendered): AIPrompt {
  requireRendered(result);
  const { system, messages } = conversationOf(PROVIDER, result);
  return {
    ...(system !== undefined && { instructions: system }),
    messages: messages.map(messageOf) as unknown as AIMessage[],
    dropped: droppedOf(settingsIn(result), ALL_SETTINGS),
  };
}

function messageOf(message: ChatMessage): ChatMessage {
  if (message.role === 'system') {
    throw new UsageError(`${PROVIDER} takes system messages at the beginning only`);
  }
  return withEach(message, 'content', (part) => {
    if (isMedia(part)) return writeMedia(PROVIDER, part, writersOf);
    const isCallWithoutInput = isObject(part) && part['type'] === 'tool-call' && part['input'] === '';
    return isCallWithoutInput ? { ...part, input: {} } : part;
  });
}

function writersOf(mediaType: string): MediaWriters<AIFilePart> {
  return {
    byUrl: (url) => ({ type: 'file', mediaType, data: { type: 'url', url: urlOf(url) } }),
    byData: (data) => ({ type: 'file', mediaType, data: { type: 'data', data } }),
  };
}

function urlOf(url: string): URL {
  try {
    return new URL(url);
  } catch (error) {
    throw new UsageError(`${PROVIDER} does not take media whose url is none`, { cause: error });
  }
}
