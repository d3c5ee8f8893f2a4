/** The request of Gemini's generateContent, as `@google/genai` takes it. */
import { type ChatMessage, isMedia, type OwnPart } from '../chat-message.ts';
import { UsageError } from '../errors.ts';
import { isObject } from '../json.ts';
import {
  conversationOf,
  isOwn,
  isOwnSystem,
  type Rendered,
  requireRendered,
  withEach,
} from './conversation.ts';
import { type MediaWriters, writeMedia } from './media.ts';
import {
  droppedOf,
  laidOver,
  type ModelSettings,
  ownOf,
  settingsIn,
  type ToolChoice,
  toolAs,
} from './settings.ts';

export type GeminiPart =
  | { text: string }
  | { fileData: { fileUri: string; mimeType: string } }
  | { inlineData: { data: string; mimeType: string } };

export interface GeminiRequest {
  /** Absent when the configuration names none: then add it, `{ ...request, model }`. */
  model: string;
  contents: { role: string; parts: GeminiPart[] }[];
  /** It also holds `toolConfig`, which has no type here: no text is assignable to the enumeration that the package takes. */
  config?: {
    /** The system messages before all others, joined with an empty line. */
    systemInstruction?: { parts: { text: string }[] };
    maxOutputTokens?: number;
    temperature?: number;
    topP?: number;
    stopSequences?: string[];
    seed?: number;
    responseMimeType?: string;
    responseJsonSchema?: unknown;
    tools?: {
      functionDeclarations: { name: string; description?: string; parametersJsonSchema?: unknown }[];
    }[];
  };
}

const PROVIDER = 'gemini';

/**
 * What a rendered prompt asks of Gemini: pass `request` to `ai.models.generateContent`. `dropped` names the keys of the configuration that it does
 * not have. Messages of a placeholder are handed over as they came; those of a role and a content alone get `parts`.
 *
 * @throws UsageError for a system message behind others, a message that would be sent without its content, and media that it does not take
 */
export function toGemini(result: Rendered): { request: GeminiRequest; dropped: string[] } {
  requireRendered(result);
  const settings = settingsIn(result);
  const { system, messages } = conversationOf(PROVIDER, result);
  const offset = (result.messages?.length ?? messages.length) - messages.length;
  const contents = messages.map((message, index) => contentOf(message, index + offset));
  const config = {
    ...(system !== undefined && { systemInstruction: { parts: [{ text: system }] } }),
    ...configOf(settings),
  };
  const request = {
    ...(settings.model !== undefined && { model: settings.model }),
    contents,
    ...(Object.keys(config).length > 0 && { config }),
  };
  return {
    request: laidOver(request, ownOf(result, PROVIDER)) as unknown as GeminiRequest,
    dropped: droppedOf(settings, []),
  };
}

function contentOf(message: ChatMessage, index: number): unknown {
  if (Array.isArray(message['parts'])) return withEach(message, 'parts', withArguments);
  if (isOwnSystem(message)) throw new UsageError(`${PROVIDER} takes system messages at the beginning only`);
  // Without parts, its package sends a turn that says nothing.
  if (!isOwn(message)) throw new UsageError(`${PROVIDER} needs parts in messages.${index}`);
  const { role, content } = message;
  return {
    role: role === 'assistant' ? 'model' : role,
    parts: typeof content === 'string' ? [{ text: content }] : content.map(partOf),
  };
}

function partOf(part: OwnPart): GeminiPart {
  return isMedia(part) ? writeMedia(PROVIDER, part, writersOf) : { text: part.text };
}

function withArguments(part: unknown): unknown {
  if (!isObject(part) || !isObject(part['functionCall']) || part['functionCall']['args'] !== '') return part;
  return { ...part, functionCall: { ...part['functionCall'], args: {} } };
}

const TYPES = new Set(['application/pdf', 'audio/wav', 'audio/mpeg']);

function writersOf(mimeType: string): MediaWriters<GeminiPart> {
  if (!mimeType.startsWith('image/') && !TYPES.has(mimeType)) return {};
  return {
    byUrl: (fileUri) => ({ fileData: { fileUri, mimeType } }),
    byData: (data) => ({ inlineData: { data, mimeType } }),
  };
}

function configOf(settings: ModelSettings) {
  const { max_tokens, temperature, top_p, stop, seed, response_schema, tools, tool_choice } = settings;
  return {
    ...(max_tokens !== undefined && { maxOutputTokens: max_tokens }),
    ...(temperature !== undefined && { temperature }),
    ...(top_p !== undefined && { topP: top_p }),
    ...(stop && { stopSequences: stop }),
    ...(seed !== undefined && { seed }),
    ...(response_schema && {
      responseMimeType: 'application/json',
      responseJsonSchema: response_schema.schema,
    }),
    ...(tools && {
      tools: [{ functionDeclarations: tools.map((tool) => toolAs('parametersJsonSchema', tool)) }],
    }),
    ...(tool_choice !== undefined && { toolConfig: { functionCallingConfig: choiceOf(tool_choice) } }),
  };
}

const MODES = { auto: 'AUTO', none: 'NONE', required: 'ANY' };

function choiceOf(choice: ToolChoice): unknown {
  return typeof choice === 'string'
    ? { mode: MODES[choice] }
    : { mode: 'ANY', allowedFunctionNames: [choice.name] };
}
