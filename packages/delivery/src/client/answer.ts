/** What the answer to a delivery request means. Only px0 can refuse a caller; whatever else stands between is an outage. */
import { isObject } from '../frames/json.ts';
import { isOfEarlierEpoch } from '../revision.ts';

export interface AnswerHead {
  readonly status: number;
  /** The value of a header, without regard to letter case; null when there is none. */
  readonly header: (name: string) => string | null;
}

export type DeliveryMedia = 'text/event-stream' | 'application/x-ndjson';

/** `hint`: the value of `Px0-Hint`. */
export type Refusal = { readonly status: number; readonly error: string; readonly hint?: string };

export type Meaning =
  /** Frames follow. */
  | { readonly kind: 'delivery' }
  /** What is held is what px0 has. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'unreachable'; readonly error: string; readonly retryAfterMs: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** A px0 of before there was delivery, or something before it. */
  | { readonly kind: 'no delivery' }
  | { readonly kind: 'too large'; readonly error: string }
  /** Its revisions are of an earlier epoch than those seen: for a while a replica that starts, for long another installation. */
  | { readonly kind: 'other epoch'; readonly error: string; readonly retryAfterMs: number };

const TOO_LARGE = 'audience is too large';
const NOT_YET = 'revision not yet available';
const MOST_RETRY_AFTER_MS = 60_000;

/**
 * `media`: of the frames that were asked for. `isConditional`: whether the request had an `If-None-Match`. `body`: of an answer that is not 2xx, as far as
 * it was read.
 */
export function meaningOf(
  head: AnswerHead,
  {
    media,
    isConditional,
    body,
    floor,
  }: {
    readonly media: DeliveryMedia;
    readonly isConditional: boolean;
    readonly body: string;
    readonly floor: string | undefined;
  },
): Meaning {
  const { status, header } = head;
  if (status === 200) {
    return mediaOf(header('content-type')) === media
      ? { kind: 'delivery' }
      : unreachable(head, 'the answer is of another form');
  }
  if (status === 304 && isConditional) return { kind: 'unchanged' };
  const error = errorIn(body);
  const revision = header('px0-revision');
  if (error === undefined) return unreachable(head, `the answer was ${status}`);
  if ((status === 401 || status === 403) && revision !== null && header('px0-stale') === null) {
    const hint = header('px0-hint');
    return { kind: 'refused', refusal: { status, error, ...(hint !== null && { hint }) } };
  }
  if (status === 404 && revision === null) return { kind: 'no delivery' };
  if (status === 422 && error.startsWith(TOO_LARGE)) return { kind: 'too large', error };
  const isOther = status === 503 && error === NOT_YET && revision !== null && floor !== undefined;
  if (isOther && isOfEarlierEpoch(revision, floor)) {
    return { kind: 'other epoch', error, retryAfterMs: retryAfterOf(head) };
  }
  return unreachable(head, error);
}

function unreachable(head: AnswerHead, error: string): Meaning {
  return { kind: 'unreachable', error, retryAfterMs: retryAfterOf(head) };
}

/** Seconds only: px0 sends no dates, and clocks differ. */
function retryAfterOf({ header }: AnswerHead): number {
  const seconds = header('retry-after') ?? '';
  return /^\d{1,9}$/.test(seconds) ? Math.min(Number(seconds) * 1000, MOST_RETRY_AFTER_MS) : 0;
}

function mediaOf(contentType: string | null): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase();
}

function errorIn(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) && typeof value['error'] === 'string' ? value['error'] : undefined;
  } catch {
    return undefined;
  }
}
