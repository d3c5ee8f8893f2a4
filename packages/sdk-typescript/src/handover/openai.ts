/** The request of OpenAI's chat completions. */
import { type ChatMessage, isMedia } from '../chat-message.ts';
import { isObject } from '../json.ts';
import { messagesOf, noMediaIn, type Rendered, requireRendered, withEach } from './conversation.ts';
import { type MediaWriters, writeMedia } from './media.ts';
import {
  droppedOf,
  laidOver,
  ownOf,
  type ResponseSchema,
  settingsIn,
  type ToolChoice,
  toolAs,
} from './settings.ts';

export interface OpenAITextPart {
  type: 'text';
  text: string;
}

export type OpenAIPart =
  | OpenAITextPart
  | { type: 'image_url'; image_url: { url: string } }
  | { type: 'file'; file: { file_data: string; filename: string } }
  | { type: 'input_audio'; input_audio: { data: string; format: 'wav' | 'mp3' } };

export type OpenAIMessage =
  | { role: 'system'; content: string | OpenAITextPart[] }
  | { role: 'user'; content: string | OpenAIPart[] }
  | { role: 'assistant'; content: string | OpenAITextPart[] };

export interface OpenAIRequest {
  /** Absent when the configuration names none: then add it, `{ ...request, model }`. */
  model: string;
  messages: OpenAIMessage[];
  max_completion_tokens?: number;
  temperature?: number;
  top_p?: number;
  stop?: string[];
  seed?: number;
  response_format?: {
    type: 'json_schema';
    json_schema: { name: string; schema: Record<string, unknown>; strict: boolean };
  };
  tools?: {
    type: 'function';
    function: { name: string; description?: string; parameters?: Record<string, unknown> };
  }[];
  tool_choice?: 'auto' | 'none' | 'required' | { type: 'function'; function: { name: string } };
}

const PROVIDER = 'openai';

/**
 * What a rendered prompt asks of OpenAI: pass `request` to `client.chat.completions.create`. `dropped` names the keys of the configuration that
 * it does not have. Messages of a placeholder are handed over as they came.
 *
 * @throws UsageError for media that it does not take
 */
export function toOpenAI(result: Rendered): { request: OpenAIRequest; dropped: string[] } {
  requireRendered(result);
  const settings = settingsIn(result);
  const { max_tokens, response_schema, tools, tool_choice, ...same } = settings;
  const request = {
    messages: messagesOf(result).map(messageOf),
    ...same,
    ...(max_tokens !== undefined && { max_completion_tokens: max_tokens }),
    ...(response_schema && { response_format: formatOf(result.slug, response_schema) }),
    ...(tools && {
      tools: tools.map((tool) => ({ type: 'function', function: toolAs('parameters', tool) })),
    }),
    ...(tool_choice !== undefined && { tool_choice: choiceOf(tool_choice) }),
  };
  return {
    request: laidOver(request, ownOf(result, PROVIDER)) as unknown as OpenAIRequest,
    dropped: droppedOf(settings, []),
  };
}

function messageOf(message: ChatMessage): ChatMessage {
  const isTextOnly = message.role === 'system' || message.role === 'assistant';
  const written = withEach(message, 'content', (part) => {
    if (!isMedia(part)) return part;
    if (isTextOnly) throw noMediaIn(PROVIDER, message.role);
    return writeMedia(PROVIDER, part, writersOf);
  });
  return withEach(written, 'tool_calls', withArguments);
}

/** Servers that speak the same protocol read the arguments as JSON, which an empty text is not. */
function withArguments(call: unknown): unknown {
  if (!isObject(call) || !isObject(call['function']) || call['function']['arguments'] !== '') return call;
  return { ...call, function: { ...call['function'], arguments: '{}' } };
}

function writersOf(type: string): MediaWriters<OpenAIPart> {
  if (type.startsWith('image/')) {
    return { byUrl: imageOf, byData: (data) => imageOf(dataUrl(type, data)) };
  }
  if (type === 'application/pdf') {
    // A name is asked for, and the part has none.
    const filename = 'document.pdf';
    return { byData: (data) => ({ type: 'file', file: { file_data: dataUrl(type, data), filename } }) };
  }
  if (type !== 'audio/wav' && type !== 'audio/mpeg') return {};
  const format = type === 'audio/wav' ? 'wav' : 'mp3';
  return { byData: (data) => ({ type: 'input_audio', input_audio: { data, format } }) };
}

function imageOf(url: string): OpenAIPart {
  return { type: 'image_url', image_url: { url } };
}

function dataUrl(type: string, data: string): string {
  return `data:${type};base64,${data}`;
}

/** What OpenAI takes as the name of a schema; slugs may hold more. */
const NO_PART_OF_A_NAME = /[^A-Za-z0-9_-]/gu;
const LONGEST_NAME = 64;

function formatOf(slug: string, { name, schema, strict }: ResponseSchema): unknown {
  const nameOfSlug = slug.replace(NO_PART_OF_A_NAME, '_').slice(0, LONGEST_NAME);
  return {
    type: 'json_schema',
    json_schema: { name: name ?? nameOfSlug, schema, strict: strict ?? true },
  };
}

function choiceOf(choice: ToolChoice): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.name } };
}
