/** Sets a new password by the code that was mailed, and ends every session of the account. */
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import type { Database } from '../database/db.ts';
import { type Passwords, requireGoodPassword } from '../passwords/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import { saveLedger } from '../sessions/mod.ts';
import { endAllSessions, lockUser, setPassword } from '../users/mod.ts';
import { findResetOwner, takeReset } from './code-store.ts';
import { resetCodeDigest } from './one-time-code.ts';

export interface ResetPasswordDependencies {
  readonly database: Database;
  readonly changes: Changes;
  readonly passwords: Passwords;
  readonly rateLimiter: RateLimiter;
}

export type ResetPassword = (request: {
  readonly code: string;
  readonly newPassword: string;
  readonly address: string;
}) => Promise<{ readonly email: string }>;

/**
 * @throws ApiError codeAndNewPasswordRequired, passwordTooShort, passwordTooWeak, tooManyRequests, invalidPasswordResetCode,
 *   serviceUnavailable when too many passwords wait to be hashed (the code stays good)
 */
export function createResetPassword(dependencies: ResetPasswordDependencies): ResetPassword {
  const { database, changes, passwords, rateLimiter } = dependencies;
  return async ({ code, newPassword, address }) => {
    if (code === '' || newPassword === '') throw new ApiError('codeAndNewPasswordRequired');
    requireGoodPassword(newPassword);
    await rateLimiter.byAddress('reset.address', address);
    const digest = resetCodeDigest(code);
    const userId = await findResetOwner(database, digest);
    if (userId === undefined) throw new ApiError('invalidPasswordResetCode');
    const passwordHash = await passwords.hash(newPassword);
    const email = await changes.make(async (change) => {
      // The account is locked before its code, as everywhere: two orders would wait for each other.
      const account = await lockUser(change.tx, userId);
      const taken = await takeReset(change.tx, digest);
      if (account === undefined || taken === undefined || taken.expired) return undefined;
      await setPassword(change.tx, userId, passwordHash);
      await saveLedger(change, account, endAllSessions(account.ledger));
      await change.audit({ action: 'user.password_reset', userId, actorId: userId });
      return account.email;
    });
    if (email === undefined) throw new ApiError('invalidPasswordResetCode');
    return { email };
  };
}
