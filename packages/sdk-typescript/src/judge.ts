/**
 * What an answer to a render means: decision 090. Only px0 itself can say that a prompt is gone or that a caller is refused, and only when it
 * does not also say that it may be behind; whatever else came instead of a text is an outage.
 */
import { type RefusedError, refusal, UnreachableError } from './errors.ts';
import { isTextList, parseObject } from './json.ts';
import { parseRetryAfter } from './retries.ts';
import type { Answer } from './transport.ts';

export interface Live {
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

export function judgeRender(host: string, answer: Answer): Judgement {
  const { status, headers } = answer;
  const isStale = headers.get('px0-stale') === 'true';
  const body = parseObject(answer.text);
  if (status === 200) {
    const { rendered, version, tags } = body ?? {};
    if (typeof rendered === 'string' && typeof version === 'number' && isTextList(tags)) {
      const revision = headers.get('px0-revision');
      return { kind: 'live', text: rendered, version, tags, revision, stale: isStale };
    }
    return { kind: 'unreachable', error: noAnswer(host, answer, 'which is no render of px0') };
  }
  const error = typeof body?.['error'] === 'string' ? body['error'] : undefined;
  const isRefusal = status >= 400 && status < 500 && !OF_THE_MOMENT.has(status);
  if (!isRefusal) return { kind: 'unreachable', error: noAnswer(host, answer, error) };
  if (isStale && MAY_BE_BEHIND.has(status)) {
    const note = `${error ?? 'no reason'}, but it may lack the latest changes`;
    return { kind: 'unreachable', error: noAnswer(host, answer, note) };
  }
  if (status !== NOT_FOUND) return { kind: 'refused', error: refusal(status, error ?? `status ${status}`) };
  return error === undefined
    ? { kind: 'unreachable', error: noAnswer(host, answer, 'which is no answer of px0') }
    : { kind: 'gone', error: refusal(status, error) };
}

function noAnswer(host: string, { status, headers }: Answer, detail: string | undefined): UnreachableError {
  const retryAfterMs = parseRetryAfter(headers.get('retry-after'));
  return new UnreachableError(
    `px0 at ${host} answered ${status}${detail === undefined ? '' : `: ${detail}`}`,
    { status, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  );
}
