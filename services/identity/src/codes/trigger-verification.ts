/** Mails a new verification code to the owner of an account, unless a recent one is on its way. */
import { ApiError } from '@px0/service-kit';
import { findUserByEmail } from '../users/mod.ts';
import { MAX_ATTEMPTS } from './one-time-code.ts';
import { sendCode, type TriggerDependencies } from './send-code.ts';
import { hasRecentVerification } from './store.ts';

export class TriggerVerification {
  readonly #deps: TriggerDependencies;

  constructor(deps: TriggerDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError emailRequired, tooManyRequests, userNotFound, userAlreadyVerified, verificationEmailFailed */
  async run(email: string, address: string): Promise<void> {
    const { database, rateLimiter, config } = this.#deps;
    if (email === '') throw new ApiError('emailRequired');
    await rateLimiter.byAddress('verification-trigger.address', address);
    await rateLimiter.byAccount('verification-trigger.account', email);
    const account = await findUserByEmail(database, email);
    if (config.STRICT_ENUMERATION_PROTECTION && account?.isVerified !== false) return;
    if (account === undefined) throw new ApiError('userNotFound');
    if (account.isVerified) throw new ApiError('userAlreadyVerified');
    if (await hasRecentVerification(database, account.id, config.MAIL_COOLDOWN_SECONDS, MAX_ATTEMPTS)) return;
    if (!(await sendCode(this.#deps, account, 'verification'))) throw new ApiError('verificationEmailFailed');
  }
}
