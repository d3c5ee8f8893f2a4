import { breakEntries } from '@px0/input-contract/not-sent';
import { isApiError } from '../../api/mod.ts';

/** The breaks for which px0 refused a promotion. Undefined for any other error. */
export function refusedBreaks(error: unknown): readonly string[] | undefined {
  return isApiError(error, 'contractBreak') ? breakEntries(error.message) : undefined;
}
