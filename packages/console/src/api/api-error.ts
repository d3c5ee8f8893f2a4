/** What a call fails with: px0's own refusal, an answer of something else in its place, or that there was no answer. */
import type { ErrorCode } from '@px0/contracts';

export interface ApiErrorFacts {
  /** 0: no answer came. */
  readonly status: number;
  readonly message: string;
  readonly code: ErrorCode | undefined;
  readonly requestId: string | undefined;
  /** px0 itself refused the call, or the client did in its place, so another try would be refused, too. */
  readonly isRefusal: boolean;
}

/** Said by whatever stands on the way, and to be believed: it says the same of the same text the next time. */
const TOO_LARGE = 413;

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The contract's name of the error; undefined for one that it does not know. */
  readonly code: ErrorCode | undefined;
  readonly requestId: string | undefined;
  readonly isRefusal: boolean;

  constructor({ status, message, code, requestId, isRefusal }: ApiErrorFacts, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.isRefusal = isRefusal;
  }

  get isOffline(): boolean {
    return this.status === 0;
  }

  /** Whether another try may succeed. */
  get isPassing(): boolean {
    return !this.isRefusal && this.status !== TOO_LARGE;
  }
}

/** Whether an error is one of those named, as in `isApiError(error, 'promptNotFound')`. Without names: any answer of the API. */
export function isApiError(error: unknown, ...codes: readonly ErrorCode[]): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return codes.length === 0 || (error.code !== undefined && codes.includes(error.code));
}

/** A sentence for a person. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return 'Something went wrong. Reload the page and try again.';
  if (error.isOffline) return 'The server cannot be reached. Check your connection and try again.';
  if (error.status === 429) return 'Too many requests. Wait a moment and try again.';
  if (error.status === 503) return 'The service is unavailable just now. Try again in a moment.';
  if (error.status >= 500) {
    const id = error.requestId === undefined ? '' : ` The request was ${error.requestId}.`;
    return `The server failed.${id}`;
  }
  if (error.status === TOO_LARGE) return 'This is too large for the server to accept.';
  if (!error.isRefusal) {
    return `This answer (status ${error.status}) did not come from px0 or may be out of date. Try again in a moment.`;
  }
  if (error.code === 'forbidden') return 'Your role does not allow this.';
  const [first = '', ...rest] = error.message;
  return `${first.toUpperCase()}${rest.join('')}${/[.!?]$/.test(error.message) ? '' : '.'}`;
}
