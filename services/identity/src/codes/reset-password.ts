/** Sets a new password with a mailed code, and ends every session of the account. */
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import { type Passwords, requireGoodPassword } from '../passwords/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import { saveLedger } from '../sessions/mod.ts';
import { endAllSessions, lockUser, setPassword } from '../users/mod.ts';
import { resetCodeDigest } from './one-time-code.ts';
import { findResetOwner, takeReset } from './store.ts';

export interface ResetPasswordDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  readonly passwords: Passwords;
  readonly rateLimiter: RateLimiter;
}

export class ResetPassword {
  readonly #deps: ResetPasswordDependencies;

  constructor(deps: ResetPasswordDependencies) {
    this.#deps = deps;
  }

  /**
   * @throws ApiError codeAndNewPasswordRequired, passwordTooShort, passwordTooWeak, tooManyRequests, invalidPasswordResetCode,
   *   serviceUnavailable when too many passwords wait to be hashed (the code stays good)
   */
  async run(request: {
    readonly code: string;
    readonly newPassword: string;
    readonly address: string;
  }): Promise<{ readonly email: string }> {
    const { reader, changes, passwords, rateLimiter } = this.#deps;
    const { code, newPassword, address } = request;
    if (code === '' || newPassword === '') throw new ApiError('codeAndNewPasswordRequired');
    requireGoodPassword(newPassword);
    await rateLimiter.byAddress('reset.address', address);
    const digest = resetCodeDigest(code);
    const userId = await findResetOwner(reader, digest);
    if (userId === undefined) throw new ApiError('invalidPasswordResetCode');
    const passwordHash = await passwords.hash(newPassword);
    const email = await changes.make({ userId }, async (change) => {
      // The account is locked before its code, as everywhere: two orders would wait for each other.
      const account = await lockUser(change, userId);
      const taken = await takeReset(change, digest);
      if (account === undefined || taken === undefined || taken.expired) return undefined;
      await setPassword(change, userId, passwordHash);
      await saveLedger(change, account, endAllSessions(account.ledger));
      await change.audit({ action: 'user.password_reset', userId });
      return account.email;
    });
    if (email === undefined) throw new ApiError('invalidPasswordResetCode');
    return { email };
  }
}
