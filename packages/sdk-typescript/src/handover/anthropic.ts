/** The request of Anthropic's messages. */
import { type ChatMessage, isMedia } from '../chat-message.ts';
import { UsageError } from '../errors.ts';
import { isObject } from '../json.ts';
import { conversationOf, noMediaIn, type Rendered, requireRendered, withEach } from './conversation.ts';
import { type MediaWriters, writeMedia } from './media.ts';
import { droppedOf, laidOver, ownOf, settingsIn, type Tool, type ToolChoice, toolAs } from './settings.ts';

export interface AnthropicTextPart {
  type: 'text';
  text: string;
}

export type AnthropicPart =
  | AnthropicTextPart
  | {
      type: 'image';
      source:
        | { type: 'url'; url: string }
        | {
            type: 'base64';
            media_type: 'image/jpeg' | 'image/png' | 'image/gif' | 'image/webp';
            data: string;
          };
    }
  | {
      type: 'document';
      source: { type: 'url'; url: string } | { type: 'base64'; media_type: 'application/pdf'; data: string };
    };

export type AnthropicMessage =
  | { role: 'system'; content: string | AnthropicTextPart[] }
  | { role: 'user' | 'assistant'; content: string | AnthropicPart[] };

export interface AnthropicRequest {
  /** Absent when the configuration names none: then add it, `{ ...request, model }`. */
  model: string;
  max_tokens: number;
  /** The system messages before all others, joined with an empty line. */
  system?: string;
  messages: AnthropicMessage[];
  stop_sequences?: string[];
  output_config?: { format: { type: 'json_schema'; schema: Record<string, unknown> } };
  tools?: {
    name: string;
    description?: string;
    input_schema: { type: 'object'; [keyword: string]: unknown };
  }[];
  tool_choice?: { type: 'auto' } | { type: 'none' } | { type: 'any' } | { type: 'tool'; name: string };
}

const PROVIDER = 'anthropic';

/**
 * What a rendered prompt asks of Anthropic: pass `request` to `client.messages.create`. `dropped` names the keys of the configuration that it does
 * not have. A system message behind others is handed over in its place, which a model may refuse; messages of a placeholder are handed over as
 * they came.
 *
 * @throws UsageError for media that it does not take, and when the configuration has no `max_tokens`
 */
export function toAnthropic(result: Rendered): { request: AnthropicRequest; dropped: string[] } {
  requireRendered(result);
  const settings = settingsIn(result);
  const { model, max_tokens, stop, response_schema, tools, tool_choice } = settings;
  const { system, messages } = conversationOf(PROVIDER, result);
  const request = {
    ...(model !== undefined && { model }),
    ...(max_tokens !== undefined && { max_tokens }),
    ...(system !== undefined && { system }),
    messages: messages.map(messageOf),
    ...(stop && { stop_sequences: stop }),
    ...(response_schema && {
      output_config: { format: { type: 'json_schema', schema: response_schema.schema } },
    }),
    ...(tools && { tools: tools.map(toolOf) }),
    ...(tool_choice !== undefined && { tool_choice: choiceOf(tool_choice) }),
  };
  const whole = laidOver(request, ownOf(result, PROVIDER));
  if (!('max_tokens' in whole)) throw new UsageError(`${PROVIDER} needs max_tokens`);
  return {
    request: whole as unknown as AnthropicRequest,
    dropped: droppedOf(settings, ['temperature', 'top_p', 'seed']),
  };
}

function messageOf(message: ChatMessage): ChatMessage {
  return withEach(message, 'content', (part) => {
    if (isMedia(part)) {
      if (message.role === 'system') throw noMediaIn(PROVIDER, message.role);
      return writeMedia(PROVIDER, part, writersOf);
    }
    const isCallWithoutInput = isObject(part) && part['type'] === 'tool_use' && part['input'] === '';
    return isCallWithoutInput ? { ...part, input: {} } : part;
  });
}

function writersOf(mediaType: string): MediaWriters<unknown> {
  const type = mediaType.startsWith('image/')
    ? 'image'
    : mediaType === 'application/pdf'
      ? 'document'
      : undefined;
  if (type === undefined) return {};
  return {
    byUrl: (url) => ({ type, source: { type: 'url', url } }),
    byData: (data) => ({ type, source: { type: 'base64', media_type: mediaType, data } }),
  };
}

function toolOf(tool: Tool): unknown {
  return { input_schema: { type: 'object' }, ...toolAs('input_schema', tool) };
}

const CHOICES = { auto: 'auto', none: 'none', required: 'any' };

function choiceOf(choice: ToolChoice): unknown {
  return typeof choice === 'string' ? { type: CHOICES[choice] } : { type: 'tool', name: choice.name };
}
