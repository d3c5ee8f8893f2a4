/** The one place where errors become HTTP: a refusal in the contract's words, 503 for a store that is away, 500 for the rest. */
import { type ErrorCode, HINT_HEADER, type Hint, hintText } from '@px0/contracts';
import { isUnavailable } from '../database/unavailable.ts';
import { ApiError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Reply } from './reply.ts';

/** For errors that do not say how long to wait. */
const DEFAULT_RETRY_AFTER_SECONDS = 1;

/** What may help the caller, where the error itself does not say. */
type HintOf = (code: ErrorCode) => Hint | undefined;

/**
 * Maps anything thrown to an answer. What is not a refusal is logged here with its cause; the client learns the request id
 * (in the header `X-Request-Id`) that finds the line, and nothing else.
 */
export function replyOfError(error: unknown, logger: Logger, hintOf?: HintOf): Reply {
  return replyOfApiError(apiErrorOf(error, logger), hintOf);
}

function apiErrorOf(error: unknown, logger: Logger): ApiError {
  if (error instanceof ApiError) {
    if (error.status >= 500) logger.warn({ err: error, code: error.code }, 'request failed');
    return error;
  }
  if (isUnavailable(error)) {
    logger.warn({ err: error }, 'a store is unavailable');
    return new ApiError('serviceUnavailable', { cause: error });
  }
  logger.error({ err: error }, 'internal error');
  return new ApiError('internalError', { cause: error });
}

/** The answer for a refusal. */
export function replyOfApiError(error: ApiError, hintOf?: HintOf): Reply {
  const headers: Record<string, string> = {};
  const hint = error.hint ?? hintOf?.(error.code);
  const text = hint === undefined ? undefined : hintText(hint);
  if (text !== undefined) headers[HINT_HEADER] = text;
  if (error.retryAfterSeconds !== undefined || error.status === 503 || error.status === 429) {
    headers['Retry-After'] = String(
      Math.max(1, Math.ceil(error.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS)),
    );
  }
  return { status: error.status, body: { error: error.publicMessage }, headers };
}
