/** Mails a new code to the owner of an account, unless a fresh one is on its way. */
import { ApiError } from '@px0/service-kit';
import type { Database } from '../database/db.ts';
import type { MailQueue } from '../mail/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import { type Account, findUserByEmail } from '../users/mod.ts';
import { hasRecentReset, hasRecentVerification } from './code-store.ts';
import type { CodeConfig } from './mail-codes.ts';
import { MAX_ATTEMPTS } from './one-time-code.ts';

export interface TriggerDependencies {
  readonly database: Database;
  readonly mails: Pick<MailQueue, 'sendNow' | 'enqueue' | 'wake'>;
  readonly rateLimiter: RateLimiter;
  readonly config: CodeConfig;
}

export type Trigger = (email: string, address: string) => Promise<void>;

/** @throws ApiError emailRequired, tooManyRequests, userNotFound, userAlreadyVerified, verificationEmailFailed */
export function createTriggerVerification(dependencies: TriggerDependencies): Trigger {
  const { database, rateLimiter, config } = dependencies;
  return async (email, address) => {
    if (email === '') throw new ApiError('emailRequired');
    await rateLimiter.byAddress('verification-trigger.address', address);
    await rateLimiter.byAccount('verification-trigger.account', email);
    const account = await findUserByEmail(database, email);
    if (config.STRICT_ENUMERATION_PROTECTION && account?.isVerified !== false) return;
    if (account === undefined) throw new ApiError('userNotFound');
    if (account.isVerified) throw new ApiError('userAlreadyVerified');
    if (await hasRecentVerification(database, account.id, config.MAIL_COOLDOWN_SECONDS, MAX_ATTEMPTS)) return;
    if (!(await send(dependencies, account, 'verification'))) throw new ApiError('verificationEmailFailed');
  };
}

/** @throws ApiError emailRequired, tooManyRequests, userNotFound, passwordResetEmailFailed */
export function createTriggerReset(dependencies: TriggerDependencies): Trigger {
  const { database, rateLimiter, config } = dependencies;
  return async (email, address) => {
    if (email === '') throw new ApiError('emailRequired');
    await rateLimiter.byAddress('reset-trigger.address', address);
    await rateLimiter.byAccount('reset-trigger.account', email);
    const account = await findUserByEmail(database, email);
    if (config.STRICT_ENUMERATION_PROTECTION && account === undefined) return;
    if (account === undefined) throw new ApiError('userNotFound');
    if (await hasRecentReset(database, account.id, config.MAIL_COOLDOWN_SECONDS)) return;
    if (!(await send(dependencies, account, 'password-reset')))
      throw new ApiError('passwordResetEmailFailed');
  };
}

/**
 * Tries once while the caller waits; the queue goes on trying. Under strict protection nobody waits: neither a provider's refusal
 * nor the time that it takes may tell that the account exists.
 */
async function send(
  { database, mails, config }: TriggerDependencies,
  account: Account,
  kind: 'verification' | 'password-reset',
): Promise<boolean> {
  const order = { userId: account.id, kind, recipient: account.email };
  if (!config.STRICT_ENUMERATION_PROTECTION) return await mails.sendNow(order);
  await mails.enqueue(database, order);
  mails.wake();
  return true;
}
