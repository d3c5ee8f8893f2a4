import { ApiError } from '@px0/service-kit';

export type RefusalReason = 'tooMany' | 'tookTooLong' | 'stopping' | 'abandoned';

/** Why a task was not done, as the answer that its caller gets. */
export class HeavyRefusal extends ApiError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, cause?: Error) {
    super(
      reason === 'tooMany'
        ? 'tooManyHeavyRenders'
        : reason === 'tookTooLong'
          ? 'templateExecutionFailed'
          : 'serviceUnavailable',
      {
        ...(reason === 'tookTooLong' ? { detail: 'render took too long' } : {}),
        ...(reason === 'abandoned' ? { message: 'the caller has gone' } : {}),
        ...(cause === undefined ? {} : { cause }),
      },
    );
    this.reason = reason;
  }
}
