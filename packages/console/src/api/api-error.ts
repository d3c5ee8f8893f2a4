/** The error of a failed call: a refusal by px0, a response from something else, or no response. */
import type { ErrorCode } from '@px0/contracts';
import { hintSentence } from '@px0/sdk/hint';

export interface ApiErrorFacts {
  /** 0 if there was no response. */
  readonly status: number;
  readonly message: string;
  readonly code: ErrorCode | undefined;
  readonly requestId: string | undefined;
  /** Whether px0 refused the call, or the client did before sending it. A retry would fail, too. */
  readonly isRefusal: boolean;
  /** The response's `Px0-Hint`. */
  readonly hint?: string | null;
}

/** Trusted from any sender, such as a proxy: a retry of the same text would fail, too. */
const TOO_LARGE = 413;

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The contract's name for the error; undefined if it has none. */
  readonly code: ErrorCode | undefined;
  readonly requestId: string | undefined;
  readonly isRefusal: boolean;
  /** What may help, as a sentence; undefined if px0 says nothing. */
  readonly hint: string | undefined;

  constructor(facts: ApiErrorFacts, options?: ErrorOptions) {
    const { status, message, code, requestId, isRefusal, hint = null } = facts;
    super(message, options);
    const sentence = isRefusal ? hintSentence(hint) : null;
    this.hint = sentence === null ? undefined : asSentence(sentence);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.isRefusal = isRefusal;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }

  /** Whether a retry may succeed. */
  get isPassing(): boolean {
    return !this.isRefusal && this.status !== TOO_LARGE;
  }
}

/** Whether an error is one of the given codes, as in `isApiError(error, 'promptNotFound')`. Without codes: any `ApiError`. */
export function isApiError(error: unknown, ...codes: readonly ErrorCode[]): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return codes.length === 0 || (error.code !== undefined && codes.includes(error.code));
}

/** The error as a sentence for the user. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong. Reload the page and try again.';
  if (error.isOffline) return 'Can’t reach the server. Check your connection and try again.';
  if (error.status === 429) return 'Too many requests. Wait a moment and try again.';
  if (error.status === 503) return 'px0 is temporarily unavailable. Try again in a moment.';
  if (error.status >= 500) {
    const id = error.requestId === undefined ? '' : ` Request ID: ${error.requestId}`;
    return `Something went wrong on the server.${id}`;
  }
  if (error.status === TOO_LARGE) return 'This is too large for the server.';
  if (!error.isRefusal) {
    return `Unexpected response (status ${error.status}): it did not come from px0 or may be out of date. Try again in a moment.`;
  }
  if (error.code === 'forbidden') return 'You don’t have permission to do this.';
  return error.hint === undefined ? asSentence(error.message) : `${asSentence(error.message)} ${error.hint}`;
}

function asSentence(text: string): string {
  const [first = '', ...rest] = text;
  return `${first.toUpperCase()}${rest.join('')}${/[.!?]$/.test(text) ? '' : '.'}`;
}
