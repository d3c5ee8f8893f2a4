/** What a prompt says, wherever it was rendered. */
import { type CompiledProgram, type MissingKey, TemplateExecutionError } from '@px0/template';
import { type ChatMessage, messagesIn, transcriptOf } from './chat-message.ts';
import { type Contract, WarnedFailure } from './contract.ts';
import type { ContractPolicy, ContractProblems } from './contract-problems.ts';
import { type JsonObject, parseObject } from './json.ts';
import type { RenderResult } from './render.ts';
import { attributesOf } from './telemetry/attributes.ts';

export interface Content {
  /** Undefined for a chat whose transcript was not asked for. */
  readonly text: string | undefined;
  /** Null for a text. */
  readonly messages: readonly ChatMessage[] | null;
  readonly config: JsonObject | null;
  /** Null when there is none to tell of. */
  readonly contract: ContractProblems | null;
}

/** How a caller wants it. */
export interface ContentOptions {
  readonly missingKey: MissingKey;
  /** Whether a chat's exact transcript is needed. */
  readonly transcript: boolean;
  /** What the caller wants of the version's contract, if that is more than the prompt does. */
  readonly contract: ContractPolicy | undefined;
}

/** What is run. */
export interface Runnable {
  readonly program: CompiledProgram;
  /** As JSON text, if the version has one. */
  readonly config: string | undefined;
  /** Undefined where none is judged, as for fallbacks. */
  readonly contract: Contract | undefined;
}

/**
 * `ofPrompt` is the prompt's policy for contracts.
 *
 * @throws what the program throws with these variables, and what the contract does
 */
export function runProgram(
  { program, config, contract }: Runnable,
  variables: JsonObject,
  { missingKey, transcript, contract: ofCall }: ContentOptions,
  ofPrompt?: unknown,
): Content {
  const isJudged = contract !== undefined && (ofPrompt !== undefined || ofCall !== undefined);
  const violation = isJudged ? contract.judge({ program, variables, missingKey, ofPrompt, ofCall }) : null;
  try {
    // Those of a placeholder are as the variables have them, which was looked at.
    const messages = messagesIn(program.messages(variables, { missingKey })) ?? null;
    const needsText = messages === null || transcript;
    return {
      text: needsText ? program.render(variables, { missingKey }) : undefined,
      messages,
      // Read anew for each result, so that nobody changes it for others.
      config: (config !== undefined && parseObject(config)) || null,
      contract: violation,
    };
  } catch (error) {
    if (violation === null || !(error instanceof TemplateExecutionError)) throw error;
    throw new WarnedFailure(error, violation);
  }
}

/** To put a few texts together costs less than an object with a getter. */
const MOST_MESSAGES_AT_ONCE = 8;

function shortTranscript(messages: readonly ChatMessage[]): string | undefined {
  if (messages.length > MOST_MESSAGES_AT_ONCE) return undefined;
  return messages.every(({ content }) => typeof content === 'string') ? transcriptOf(messages) : undefined;
}

/** All of a result but its content, and what is made of both. */
export type Evidence = Omit<RenderResult, keyof Content | 'attributes'>;

/** A result with the content, in which the text of a longer chat is made when it is first read. Members are listed, for speed. */
export function withContent({ text, messages, config, contract }: Content, evidence: Evidence): RenderResult {
  const { source, slug, promptId, teamId, version, tags, revision, ageMs, stale, cause } = evidence;
  const attributes = attributesOf(evidence);
  const made = text ?? (messages === null ? '' : shortTranscript(messages));
  if (made !== undefined || messages === null) {
    return {
      text: made ?? '',
      messages,
      config,
      contract,
      source,
      slug,
      promptId,
      teamId,
      version,
      tags,
      revision,
      ageMs,
      stale,
      cause,
      attributes,
    };
  }
  let transcript: string | undefined;
  return {
    get text() {
      transcript ??= transcriptOf(messages);
      return transcript;
    },
    messages,
    config,
    contract,
    source,
    slug,
    promptId,
    teamId,
    version,
    tags,
    revision,
    ageMs,
    stale,
    cause,
    attributes,
  };
}
