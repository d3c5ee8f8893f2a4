/** Mails a new reset code to the owner of an account, unless a recent one is on its way. */
import { ApiError } from '@px0/service-kit';
import { findUserByEmail } from '../users/mod.ts';
import { sendCode, type TriggerDependencies } from './send-code.ts';
import { hasRecentReset } from './store.ts';

export class TriggerReset {
  readonly #deps: TriggerDependencies;

  constructor(deps: TriggerDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError emailRequired, tooManyRequests, userNotFound, passwordResetEmailFailed */
  async run(email: string, address: string): Promise<void> {
    const { database, rateLimiter, config } = this.#deps;
    if (email === '') throw new ApiError('emailRequired');
    await rateLimiter.byAddress('reset-trigger.address', address);
    await rateLimiter.byAccount('reset-trigger.account', email);
    const account = await findUserByEmail(database, email);
    if (config.STRICT_ENUMERATION_PROTECTION && account === undefined) return;
    if (account === undefined) throw new ApiError('userNotFound');
    if (await hasRecentReset(database, account.id, config.MAIL_COOLDOWN_SECONDS)) return;
    if (!(await sendCode(this.#deps, account, 'password-reset')))
      throw new ApiError('passwordResetEmailFailed');
  }
}
