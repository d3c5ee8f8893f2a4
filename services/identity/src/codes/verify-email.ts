/** Verifies an account with the code that was mailed to its address. */
import { timingSafeEqual } from 'node:crypto';
import type { UserId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Change, Changes } from '../changes/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import type { SecretKeys } from '../secrets/mod.ts';
import { findUserByEmail, lockUser, setVerified } from '../users/mod.ts';
import type { CodeConfig } from './mail-codes.ts';
import { MAX_ATTEMPTS } from './one-time-code.ts';
import { countAttempt, deleteVerification, lockVerification } from './store.ts';

export interface VerifyEmailDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  readonly secrets: SecretKeys;
  readonly rateLimiter: RateLimiter;
  readonly config: CodeConfig;
}

export class VerifyEmail {
  readonly #deps: VerifyEmailDependencies;

  constructor(deps: VerifyEmailDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError emailAndCodeRequired, tooManyRequests, invalidCredentials, invalidVerificationCode */
  async run(request: {
    readonly email: string;
    readonly code: string;
    readonly address: string;
  }): Promise<'verified' | 'already-verified'> {
    const { reader, changes, rateLimiter, secrets, config } = this.#deps;
    const { email, code, address } = request;
    if (email === '' || code === '') throw new ApiError('emailAndCodeRequired');
    await rateLimiter.byAddress('verification.address', address);
    await rateLimiter.byAccount('verification.account', email);
    const user = await findUserByEmail(reader, email);
    if (config.STRICT_ENUMERATION_PROTECTION && user?.isVerified !== false)
      throw new ApiError('invalidVerificationCode');
    if (user === undefined) throw new ApiError('invalidCredentials');
    if (user.isVerified) return 'already-verified';
    const digest = secrets.verificationCodeDigest(user.id, code);
    // A wrong try is counted, so it must commit: the refusal comes after the transaction.
    const verified = await changes.make({ userId: user.id }, (change) => tryCode(change, user.id, digest));
    if (!verified) throw new ApiError('invalidVerificationCode');
    return 'verified';
  }
}

async function tryCode(change: Change, userId: UserId, digest: Buffer): Promise<boolean> {
  const account = await lockUser(change, userId);
  const stored = await lockVerification(change, userId);
  if (account === undefined || stored === undefined || stored.expired || stored.attempts >= MAX_ATTEMPTS)
    return false;
  if (!timingSafeEqual(stored.codeHash, digest)) {
    await countAttempt(change, userId);
    return false;
  }
  await deleteVerification(change, userId);
  await setVerified(change, userId);
  await change.audit({ action: 'user.verified', userId });
  return true;
}
