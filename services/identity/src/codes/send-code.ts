/** Mails a code, at once or in the background. */
import type { PrivateWriter } from '@px0/owner';
import type { MailQueue } from '../mail/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import type { Account } from '../users/mod.ts';
import type { CodeConfig } from './mail-codes.ts';

export interface TriggerDependencies {
  readonly database: PrivateWriter;
  readonly mails: Pick<MailQueue, 'sendNow' | 'enqueue' | 'wake'>;
  readonly rateLimiter: RateLimiter;
  readonly config: CodeConfig;
}

/**
 * Tries once while the caller waits; the queue goes on trying. Under strict protection the caller does not wait: neither a provider's
 * refusal nor the time that it takes may tell that the account exists. False when the provider refused.
 */
export async function sendCode(
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
