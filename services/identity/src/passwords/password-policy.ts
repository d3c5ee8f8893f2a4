/** The rules for a new password. */
import { ApiError } from '@px0/service-kit';

const MIN_BYTES = 8;
/** Longer than any real password; it bounds what a request can make us hash. */
const MAX_BYTES = 1_024;
const CLASSES = [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/u];

/** Length counts UTF-8 bytes. @throws ApiError passwordTooShort, passwordTooWeak, and invalidRequestBody above 1 KiB */
export function requireGoodPassword(password: string): void {
  const bytes = Buffer.byteLength(password);
  if (bytes < MIN_BYTES) throw new ApiError('passwordTooShort');
  if (bytes > MAX_BYTES)
    throw new ApiError('invalidRequestBody', { message: 'a password of more than 1 KiB' });
  if (!CLASSES.every((pattern) => pattern.test(password))) throw new ApiError('passwordTooWeak');
}
