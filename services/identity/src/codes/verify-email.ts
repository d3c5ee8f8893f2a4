/** Verifies an account by the code that was mailed to its address. */
import { timingSafeEqual } from 'node:crypto';
import { ApiError } from '@px0/service-kit';
import type { Change, Changes } from '../changes/mod.ts';
import type { Database } from '../database/db.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import type { SecretKeys } from '../secrets/mod.ts';
import { findUserByEmail, lockUser, publishUser, setVerified } from '../users/mod.ts';
import { countAttempt, deleteVerification, lockVerification } from './code-store.ts';
import type { CodeConfig } from './mail-codes.ts';
import { MAX_ATTEMPTS } from './one-time-code.ts';

export interface VerifyEmailDependencies {
  readonly database: Database;
  readonly changes: Changes;
  readonly secrets: SecretKeys;
  readonly rateLimiter: RateLimiter;
  readonly config: CodeConfig;
}

export type VerifyEmail = (request: {
  readonly email: string;
  readonly code: string;
  readonly address: string;
}) => Promise<'verified' | 'already-verified'>;

/** @throws ApiError emailAndCodeRequired, tooManyRequests, invalidCredentials, invalidVerificationCode */
export function createVerifyEmail(dependencies: VerifyEmailDependencies): VerifyEmail {
  const { database, changes, rateLimiter, secrets, config } = dependencies;
  return async ({ email, code, address }) => {
    if (email === '' || code === '') throw new ApiError('emailAndCodeRequired');
    await rateLimiter.byAddress('verification.address', address);
    await rateLimiter.byAccount('verification.account', email);
    const user = await findUserByEmail(database, email);
    if (config.STRICT_ENUMERATION_PROTECTION && user?.isVerified !== false)
      throw new ApiError('invalidVerificationCode');
    if (user === undefined) throw new ApiError('invalidCredentials');
    if (user.isVerified) return 'already-verified';
    const digest = secrets.verificationCodeDigest(user.id, code);
    // A wrong try is counted, so it must commit: the refusal comes after the transaction.
    const verified = await changes.make((change) => tryCode(change, user.id, digest));
    if (!verified) throw new ApiError('invalidVerificationCode');
    return 'verified';
  };
}

async function tryCode(change: Change, userId: string, digest: Buffer): Promise<boolean> {
  const account = await lockUser(change.tx, userId);
  const stored = await lockVerification(change.tx, userId);
  if (account === undefined || stored === undefined || stored.expired || stored.attempts >= MAX_ATTEMPTS)
    return false;
  if (!timingSafeEqual(stored.codeHash, digest)) {
    await countAttempt(change.tx, userId);
    return false;
  }
  await deleteVerification(change.tx, userId);
  await setVerified(change.tx, userId);
  await publishUser(change, { ...account, isVerified: true });
  await change.audit({ action: 'user.verified', userId, actorId: userId });
  return true;
}
