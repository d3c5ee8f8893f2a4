/** What people are told of errors that the API words for programs. */
import { isApiError, sentenceOf } from '../api/mod.ts';

export function explain(error: unknown): string {
  if (isApiError(error, 'invalidCredentials')) return 'Wrong email or password.';
  if (isApiError(error, 'invalidCurrentPassword')) return 'Wrong current password.';
  if (isApiError(error, 'userNotFound')) return 'There is no account with this email.';
  if (isApiError(error, 'emailAlreadyRegistered'))
    return 'This email already has an account. Log in instead.';
  if (isApiError(error, 'emailAlreadyTaken')) return 'Another account has this email.';
  if (isApiError(error, 'invalidVerificationCode', 'invalidPasswordResetCode'))
    return 'This code is wrong or has expired. Check it, or send a new one.';
  return sentenceOf(error);
}
