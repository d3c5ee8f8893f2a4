/**
 * What an answer to a render means: decision 090. Only px0 itself can say that a prompt is gone or that a caller is refused, and only when it
 * does not also say that it may be behind; whatever else came instead of a text is an outage.
 */
import { messagesIn } from './chat-message.ts';
import type { Content } from './content.ts';
import { problemsIn } from './contract-problems.ts';
import { type RefusedError, refusal, UnreachableError } from './errors.ts';
import { hintSentence } from './hint.ts';
import { isObject, isTextList, isVersionNumber, parseObject } from './json.ts';
import { parseRetryAfter } from './retries.ts';
import type { Answer } from './transport.ts';

export interface Live extends Content {
  readonly kind: 'live';
  readonly text: string;
  readonly version: number;
  readonly tags: readonly string[];
  readonly revision: string | null;
  /** Whether px0 says that it may lack the latest changes. */
  readonly stale: boolean;
}

export type Judgement =
  | Live
  | { readonly kind: 'gone'; readonly error: RefusedError }
  | { readonly kind: 'refused'; readonly error: RefusedError }
  | { readonly kind: 'unreachable'; readonly error: UnreachableError };

/** Statuses of the 4xx range that tell of the moment, not of the request. */
const OF_THE_MOMENT = new Set([408, 425, 429]);
/** What a process that is behind may say wrongly: it has not heard of the key, the membership, the prompt. */
const MAY_BE_BEHIND = new Set([401, 403, 404]);
const NOT_FOUND = 404;
const CONTRACT_HEADER = 'px0-contract';
const HINT_HEADER = 'px0-hint';

export function judgeRender(host: string, answer: Answer): Judgement {
  const { status, headers } = answer;
  if (status !== 200) {
    const error = judgeError(host, answer);
    if (error instanceof UnreachableError) return { kind: 'unreachable', error };
    return { kind: status === NOT_FOUND ? 'gone' : 'refused', error };
  }
  const { rendered, version, tags, messages, config } = parseObject(answer.text) ?? {};
  const chat = messages === undefined || messages === null ? null : messagesIn(messages);
  const isRender = typeof rendered === 'string' && isVersionNumber(version) && isTextList(tags);
  const isConfigured = config === undefined || config === null || isObject(config);
  if (!isRender || chat === undefined || !isConfigured) {
    return { kind: 'unreachable', error: noAnswer(host, answer, 'which is not a render by px0') };
  }
  const revision = headers.get('px0-revision');
  const stale = headers.get('px0-stale') === 'true';
  return {
    kind: 'live',
    text: rendered,
    messages: chat,
    config: config ?? null,
    contract: problemsIn(headers.get(CONTRACT_HEADER)),
    version,
    tags,
    revision,
    stale,
  };
}

/**
 * What an answer without a result means, of any operation. px0's own refusals are JSON with a text `error`, and carry `Px0-Revision`, as every
 * answer about a resource does; what a proxy, a firewall or a portal says in its place has decided nothing.
 */
export function judgeError(host: string, answer: Answer): RefusedError | UnreachableError {
  const { status, headers } = answer;
  const error = parseObject(answer.text)?.['error'];
  const words = typeof error === 'string' ? error : undefined;
  const isRefusal = status >= 400 && status < 500 && !OF_THE_MOMENT.has(status);
  if (!isRefusal) return noAnswer(host, answer, words);
  if (words === undefined || !headers.get('px0-revision')) {
    return noAnswer(host, answer, `${words ?? 'no reason'}, which is not a response from px0`);
  }
  if (headers.get('px0-stale') === 'true' && MAY_BE_BEHIND.has(status)) {
    return noAnswer(host, answer, `${words}, but it may lack the latest changes`);
  }
  return refusal(status, words, {
    hint: hintSentence(headers.get(HINT_HEADER)),
    violation: problemsIn(headers.get(CONTRACT_HEADER)),
  });
}

/** Of the words of somebody else, which may be a whole page. */
const MOST_DETAIL_LENGTH = 300;

function noAnswer(host: string, { status, headers }: Answer, detail: string | undefined): UnreachableError {
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'));
  const told = detail === undefined ? '' : `: ${detail.slice(0, MOST_DETAIL_LENGTH)}`;
  return new UnreachableError(`px0 at ${host} answered ${status}${told}`, {
    status,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
