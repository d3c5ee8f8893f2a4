/** How many days (in UTC) a reader looks back, today included. */
import { ApiError } from '@px0/service-kit';

const MOST_DAYS = 90;

/** @throws ApiError invalidTimeRange */
export function parseDays(text: string | undefined, unset: number): number {
  if (text === undefined || text === '') return unset;
  const days = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (days < 1 || days > MOST_DAYS) throw new ApiError('invalidTimeRange');
  return days;
}
