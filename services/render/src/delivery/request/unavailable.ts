import { ApiError } from '@px0/service-kit';

/** At random, so that those who were refused together do not come back together. */
const RETRY_SECONDS = { least: 1, most: 5 };

/** The process takes no delivery, and no report, at the moment. */
export function unavailable(cause?: unknown): ApiError {
  const { least, most } = RETRY_SECONDS;
  const retryAfterSeconds = least + Math.floor(Math.random() * (most - least + 1));
  return new ApiError('serviceUnavailable', { retryAfterSeconds, cause });
}
