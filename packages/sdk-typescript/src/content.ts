/** What a prompt says, wherever it was rendered. */
import type { CompiledProgram, MissingKey } from '@px0/template';
import { type ChatMessage, messagesIn, transcriptOf } from './chat-message.ts';
import { type JsonObject, parseObject } from './json.ts';

export interface Content {
  /** Undefined for a chat whose transcript was not asked for. */
  readonly text: string | undefined;
  /** Null for a text. */
  readonly messages: readonly ChatMessage[] | null;
  readonly config: JsonObject | null;
}

/** How a caller wants it. */
export interface ContentOptions {
  readonly missingKey: MissingKey;
  /** Whether a chat's exact transcript is needed. */
  readonly transcript: boolean;
}

/** @throws what the program throws with these variables */
export function runProgram(
  program: CompiledProgram,
  config: string | undefined,
  variables: JsonObject,
  { missingKey, transcript }: ContentOptions,
): Content {
  // Those of a placeholder are as the variables have them, which was looked at.
  const messages = messagesIn(program.messages(variables, { missingKey })) ?? null;
  const needsText = messages === null || transcript;
  return {
    text: needsText ? program.render(variables, { missingKey }) : undefined,
    messages,
    // Read anew for each result, so that nobody changes it for others.
    config: (config !== undefined && parseObject(config)) || null,
  };
}

/** A result with the content, in which a chat's text is made when it is first read. */
export function withContent<const Result extends object>(
  { text, messages, config }: Content,
  result: Result,
): Result & {
  readonly text: string;
  readonly messages: Content['messages'];
  readonly config: Content['config'];
} {
  if (text !== undefined || messages === null) return { text: text ?? '', messages, config, ...result };
  let transcript: string | undefined;
  return {
    get text() {
      transcript ??= transcriptOf(messages);
      return transcript;
    },
    messages,
    config,
    ...result,
  };
}
