/** What counts as an e-mail address. It is neither trimmed nor case-folded: the spelling entered is kept. */
import { ApiError } from '@px0/service-kit';

const FORMAT = /^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$/;
export const MAX_EMAIL_LENGTH = 255;

/** @throws ApiError invalidEmailFormat */
export function requireEmailFormat(email: string): void {
  // Length first: the pattern would go over megabytes.
  if (email.length > MAX_EMAIL_LENGTH || !FORMAT.test(email)) throw new ApiError('invalidEmailFormat');
}

/** An address for comparison, as the database's unique index compares it: without the case of ASCII letters. */
export function emailKey(email: string): string {
  return email.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
