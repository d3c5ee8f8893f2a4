/** Replaces the password of the caller's account. */
import type { SessionPrincipal } from '@px0/access';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import { deleteReset } from '../codes/mod.ts';
import { type Passwords, requireGoodPassword } from '../passwords/mod.ts';
import { isSessionUsable, saveLedger } from '../sessions/mod.ts';
import { endOtherSessions, findUser, lockUser, setPassword } from '../users/mod.ts';
import { requireAccount } from './require-account.ts';

export interface ChangePasswordDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  readonly passwords: Passwords;
}

export class ChangePassword {
  readonly #deps: ChangePasswordDependencies;

  constructor(deps: ChangePasswordDependencies) {
    this.#deps = deps;
  }

  /**
   * Ends every session but the caller's.
   *
   * @throws ApiError currentAndNewPasswordRequired, passwordTooShort, passwordTooWeak, invalidCurrentPassword, unauthorized when the
   *   account or the session has ended, serviceUnavailable when too many passwords wait to be hashed
   */
  async run(session: SessionPrincipal, currentPassword: string, newPassword: string): Promise<void> {
    const { reader, changes, passwords } = this.#deps;
    const { userId, sessionNumber } = session;
    if (currentPassword === '' || newPassword === '') throw new ApiError('currentAndNewPasswordRequired');
    requireGoodPassword(newPassword);
    const { passwordHash: checkedHash } = requireAccount(await findUser(reader, userId));
    const isRight = (hash: string) => passwords.matches(hash, currentPassword);
    if (!(await isRight(checkedHash))) throw new ApiError('invalidCurrentPassword');
    const newHash = await passwords.hash(newPassword);
    await changes.make(session, async (change) => {
      const account = requireAccount(await lockUser(change, userId));
      // Ended by another request meanwhile: what keeps one session must not revive it.
      if (!(await isSessionUsable(change, userId, sessionNumber))) throw new ApiError('unauthorized');
      const { passwordHash, ledger } = account;
      if (passwordHash !== checkedHash && !(await isRight(passwordHash)))
        throw new ApiError('invalidCurrentPassword');
      await setPassword(change, userId, newHash);
      await deleteReset(change, userId);
      await saveLedger(change, account, endOtherSessions(ledger, sessionNumber));
      await change.audit({ action: 'user.password_changed', userId });
    });
  }
}
