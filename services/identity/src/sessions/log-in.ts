/** Starts a session for a caller that knows an account's password. */
import { randomUUID } from 'node:crypto';
import { signSession } from '@px0/access';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import type { Passwords } from '../passwords/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import type { KeyRing } from '../signing-keys/mod.ts';
import { findUserByEmail, type User } from '../users/mod.ts';
import { insertSession } from './store.ts';

export interface LogInDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  readonly passwords: Passwords;
  readonly keyRing: Pick<KeyRing, 'signer' | 'sessionDurationMs'>;
  readonly rateLimiter: RateLimiter;
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

export class LogIn {
  readonly #deps: LogInDependencies;

  constructor(deps: LogInDependencies) {
    this.#deps = deps;
  }

  /**
   * Publishes nothing: the other services accept a session by its signature and its number. An unknown address, a wrong password and
   * a missing one are one answer, after the same work.
   *
   * @throws ApiError tooManyRequests, invalidCredentials, serviceUnavailable when too many passwords wait to be hashed
   */
  async run({ email, password, address }: Credentials): Promise<BegunSession> {
    const { reader, changes, passwords, keyRing, rateLimiter } = this.#deps;
    await rateLimiter.byAddress('login.address', address);
    await rateLimiter.byAccount('login.account', email);
    const account = await findUserByEmail(reader, email);
    const matches = await passwords.matches(account?.passwordHash, password);
    if (account === undefined || !matches) throw new ApiError('invalidCredentials');
    const tokenId = randomUUID();
    const issuedAt = Math.floor(Date.now() / 1_000);
    const expiresAt = new Date(issuedAt * 1_000 + keyRing.sessionDurationMs);
    const session = {
      id: tokenId,
      userId: account.id,
      checkedHash: account.passwordHash,
      currentHash: await passwords.upToDate(account.passwordHash, password),
      expiresAt,
    };
    const number = await changes.make({ userId: account.id }, async (change) => {
      // Before the account is locked: other logins of it wait for the rest alone.
      await change.audit({ action: 'user.logged_in', userId: account.id });
      const inserted = await insertSession(change, session);
      if (inserted === undefined) throw new ApiError('invalidCredentials');
      return inserted;
    });
    await rateLimiter.forgive('login.account', email);
    const claims = {
      userId: account.id,
      sessionNumber: number,
      tokenId,
      issuedAt,
      expiresAt: Math.floor(expiresAt.getTime() / 1_000),
    };
    return { token: signSession(claims, keyRing.signer()), expiresAt, user: account };
  }
}
