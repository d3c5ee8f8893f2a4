/** E-mail addresses of accounts: the spelling entered is kept, and its case does not tell accounts apart. */
import { isEmailAddress } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';

/** @throws ApiError invalidEmailFormat */
export function requireEmailFormat(email: string): void {
  if (!isEmailAddress(email)) throw new ApiError('invalidEmailFormat');
}

/** An address for comparison, as the database's unique index compares it: without the case of ASCII letters. */
export function emailKey(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
