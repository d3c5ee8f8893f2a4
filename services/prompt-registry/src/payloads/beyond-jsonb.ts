/** Values that JSON allows and Postgres' jsonb does not. */
import { hasSqlState } from '@px0/owner';
import { ApiError } from '@px0/service-kit';

/** Numbers beyond jsonb's range, and more nesting or size than it can hold. */
const STATES = new Set(['22003', '22P02', '22P05', '54000', '54001']);

/** True when a statement failed because a value cannot be stored as jsonb. */
export function isBeyondJsonb(error: unknown): boolean {
  return hasSqlState(error, STATES);
}

/** @throws ApiError invalidRequestBody when a value of the body cannot be stored as jsonb */
export async function refusingBeyondJsonb<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isBeyondJsonb(error)) throw new ApiError('invalidRequestBody', { cause: error });
    throw error;
  }
}
