/** A render, as a caller asks for it and what comes of it. */
import type { ChatMessage } from './chat-message.ts';
import type { ContractPolicy, ContractProblems } from './contract-problems.ts';
import type { UnreachableError } from './errors.ts';
import type { Fallback } from './fallback.ts';
import type { Rendered } from './handover/conversation.ts';
import type { RenderAttributes } from './telemetry/attributes.ts';

/** What an absent key does, as Go's option of that name. */
export type MissingKey = 'error' | 'default' | 'zero';

/** JSON data by name. */
export type Variables = Readonly<Record<string, unknown>>;

export interface RenderOptions {
  /** A version by number, instead of the live one. */
  readonly version?: number;
  /** A version by tag, instead of the live one. */
  readonly tag?: string;
  /** What is rendered when px0 is away and nothing is kept; wins over the client's `fallbacks`. */
  readonly fallback?: Fallback;
  /** `error` unless given; in a fallback `default`. */
  readonly missingKey?: MissingKey;
  /**
   * What happens to variables that violate the version's contract, where the prompt itself is less strict: they are told of in the result, or refused.
   * In a fallback nothing.
   */
  readonly contract?: ContractPolicy;
  /** Whether the `text` of a chat is px0's own transcript; false unless given, and then `text` is put together from the messages. */
  readonly transcript?: boolean;
  /** The team of the slug. */
  readonly teamId?: string;
  /** Cancels the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface RenderResult extends Rendered {
  /**
   * The text. Of a chat a transcript for logs, made when it is first read: `role:`, the content and an empty line for each message. Unlike px0's
   * own it lacks messages that were left out as blank, and holds the content of placeholders' messages as JSON when it is no text. Render with
   * `transcript: true` for px0's own.
   */
  readonly text: string;
  /** The messages of a chat, those of placeholders as they were given; null for a text. */
  readonly messages: readonly ChatMessage[] | null;
  /** The version's configuration: the model and its settings; null when there is none. */
  readonly config: Readonly<Record<string, unknown>> | null;
  /** How the variables violate the version's contract, where violations are told of and not refused; null when they do not. */
  readonly contract: ContractProblems | null;
  /** Where it was rendered, and from what. */
  readonly source: 'live' | 'stream' | 'poll' | 'fetched' | 'cache' | 'snapshot' | 'bundle' | 'fallback';
  readonly slug: string;
  /** The prompt's id; null where px0 does not say it, as in mode `remote`, and for a fallback. */
  readonly promptId: string | null;
  /** The id of the prompt's team; null as `promptId`. */
  readonly teamId: string | null;
  /** The version's number; null for a fallback. */
  readonly version: number | null;
  readonly tags: readonly string[];
  /** px0's revision when it last confirmed that this is the version; null where it has not, and for a fallback. */
  readonly revision: string | null;
  /** How long ago that was, in milliseconds; null for a fallback. */
  readonly ageMs: number | null;
  /** Whether something newer may exist: px0 has not confirmed it just now, or has said that it may be behind. */
  readonly stale: boolean;
  /** Why px0 could not be asked, where it would have been; null when nothing went wrong. */
  readonly cause: UnreachableError | null;
  /** What of this is for OpenTelemetry, by the names of its conventions: `span.setAttributes(result.attributes)` for a span of yours. */
  readonly attributes: RenderAttributes;
}
