/** What a promotion or an import may do although it would be refused. */
import { ApiError } from '@px0/service-kit';

export type Allowance = 'contract_break' | undefined;

/** Judged after the caller's right. @throws ApiError invalidAllow */
export function parseAllowance(text: string | undefined): Allowance {
  if (text !== undefined && text !== 'contract_break') throw new ApiError('invalidAllow');
  return text;
}
