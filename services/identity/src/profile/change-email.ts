/** Replaces the e-mail address of the caller's account. */
import type { SessionPrincipal } from '@px0/access';
import { isUniqueViolation } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import { voidCodes } from '../codes/mod.ts';
import type { MailQueue } from '../mail/mod.ts';
import { lockUser, requireEmailFormat, setEmail, type User } from '../users/mod.ts';
import { requireAccount } from './require-account.ts';

export interface ChangeEmailDependencies {
  readonly changes: Changes;
  readonly mails: Pick<MailQueue, 'enqueue' | 'wake'>;
}

export class ChangeEmail {
  readonly #deps: ChangeEmailDependencies;

  constructor(deps: ChangeEmailDependencies) {
    this.#deps = deps;
  }

  /**
   * The account stays verified and its sessions stay; codes that were mailed to the old address are void, and a mail to that address
   * says so.
   *
   * @throws ApiError emailRequired, invalidEmailFormat, emailAlreadyTaken, unauthorized when the account is gone
   */
  async run(session: SessionPrincipal, email: string): Promise<User> {
    if (email === '') throw new ApiError('emailRequired');
    requireEmailFormat(email);
    try {
      const account = await this.#change(session, email);
      this.#deps.mails.wake();
      return account;
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('emailAlreadyTaken', { cause: error });
      throw error;
    }
  }

  #change(session: SessionPrincipal, email: string): Promise<User> {
    const { changes, mails } = this.#deps;
    const { userId } = session;
    return changes.make(session, async (change) => {
      const locked = requireAccount(await lockUser(change, userId));
      if (locked.email === email) return locked;
      await setEmail(change, userId, email);
      await voidCodes(change, userId);
      await mails.enqueue(change, { userId, kind: 'email-changed', recipient: locked.email });
      await change.audit({ action: 'user.email_changed', userId });
      return { ...locked, email };
    });
  }
}
