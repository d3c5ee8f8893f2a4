import { isApiError } from '../../api/mod.ts';
import { entriesIn } from '../contract-breaks.ts';

/** The breaks for which px0 refused a promotion. Undefined for any other error. */
export function refusedBreaks(error: unknown): readonly string[] | undefined {
  return isApiError(error, 'contractBreak') ? entriesIn(error.message) : undefined;
}
