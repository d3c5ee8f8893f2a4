/** Begins a session for whoever knows an account's password. */
import { randomUUID } from 'node:crypto';
import { signSession } from '@px0/access';
import { ApiError } from '@px0/service-kit';
import type { Database } from '../database/db.ts';
import type { Passwords } from '../passwords/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import type { KeyRing } from '../signing-keys/mod.ts';
import { findUserByEmail, type User } from '../users/mod.ts';
import { insertSession } from './session-store.ts';

export interface LogInDependencies {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly keyRing: Pick<KeyRing, 'signer'>;
  readonly rateLimiter: RateLimiter;
  readonly sessionDurationMs: number;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
  readonly address: string;
}

export interface BegunSession {
  readonly token: string;
  readonly expiresAt: Date;
  readonly user: User;
}

export type LogIn = (credentials: Credentials) => Promise<BegunSession>;

/**
 * Publishes nothing: the other services accept a session by its signature and its number. An unknown address, a wrong password and
 * a missing one are one answer, after the same work.
 *
 * @throws ApiError tooManyRequests, invalidCredentials, serviceUnavailable when too many passwords wait to be hashed
 */
export function createLogIn(dependencies: LogInDependencies): LogIn {
  const { database, passwords, keyRing, rateLimiter, sessionDurationMs } = dependencies;
  return async ({ email, password, address }) => {
    await rateLimiter.byAddress('login.address', address);
    await rateLimiter.byAccount('login.account', email);
    const account = await findUserByEmail(database, email);
    const matches = await passwords.matches(account?.passwordHash, password);
    if (account === undefined || !matches) throw new ApiError('invalidCredentials');
    const tokenId = randomUUID();
    const issuedAt = Math.floor(Date.now() / 1_000);
    const expiresAt = new Date(issuedAt * 1_000 + sessionDurationMs);
    const number = await insertSession(database, {
      id: tokenId,
      userId: account.id,
      checkedHash: account.passwordHash,
      currentHash: await passwords.upToDate(account.passwordHash, password),
      expiresAt,
    });
    if (number === undefined) throw new ApiError('invalidCredentials');
    await rateLimiter.forgive('login.account', email);
    const claims = {
      userId: account.id,
      sessionNumber: number,
      tokenId,
      issuedAt,
      expiresAt: Math.floor(expiresAt.getTime() / 1_000),
    };
    return { token: signSession(claims, keyRing.signer()), expiresAt, user: account };
  };
}
