/** Registers an account: people register themselves, and admin accounts register others. */
import { randomUUID } from 'node:crypto';
import type { AccessProjection, SessionPrincipal } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import type { PrivateWriter } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import type { MailQueue } from '../mail/mod.ts';
import { type Passwords, requireGoodPassword } from '../passwords/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import {
  type Account,
  findUserByEmail,
  insertUser,
  type Placement,
  requireEmailFormat,
  type User,
} from '../users/mod.ts';
import { registrarOf, requireRightToPlace } from './registrar.ts';

export interface RegisterDependencies {
  readonly database: PrivateWriter;
  readonly changes: Changes;
  readonly access: AccessProjection;
  readonly passwords: Passwords;
  readonly rateLimiter: RateLimiter;
  readonly mails: Pick<MailQueue, 'enqueue' | 'wake'>;
  /** Public registrations are verified at once, and nothing is mailed. */
  readonly verifiesAtOnce: boolean;
  /** Answers alike, whether or not the address has an account. */
  readonly hidesAccounts: boolean;
}

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly teamId: TeamId | undefined;
  readonly authorization: string | undefined;
  readonly address: string;
}

export class Register {
  readonly #deps: RegisterDependencies;

  constructor(deps: RegisterDependencies) {
    this.#deps = deps;
  }

  /**
   * The password is hashed after all cheap checks. The user's event says where the new user belongs, and tenancy acts upon it.
   *
   * @throws ApiError in the contract's order: the body's faults, the caller's, the team's, tooManyRequests, emailAlreadyRegistered
   */
  async run(registration: Registration): Promise<User> {
    const { database, access, passwords, rateLimiter, hidesAccounts } = this.#deps;
    const { email, password, teamId } = registration;
    if (email === '' || password === '') throw new ApiError('emailAndPasswordRequired');
    requireEmailFormat(email);
    requireGoodPassword(password);
    const registrar = registrarOf(access, registration.authorization);
    if (registrar === undefined && teamId !== undefined) throw new ApiError('registrationTeamNeedsAdmin');
    if (registrar !== undefined && teamId !== undefined) requireRightToPlace(access, registrar, teamId);
    if (registrar === undefined) await rateLimiter.byAddress('register.address', registration.address);
    else await rateLimiter.byAccount('register.admin', registrar.userId);
    const hides = hidesAccounts && registrar === undefined;
    const existing = await findUserByEmail(database, email);
    if (existing !== undefined && !hides) throw new ApiError('emailAlreadyRegistered');
    const passwordHash = await passwords.hash(password);
    const user =
      existing === undefined ? await this.#insert(registration, registrar, passwordHash) : undefined;
    if (user !== undefined) return user;
    if (!hides) throw new ApiError('emailAlreadyRegistered');
    return await this.#pretendedUser(registration);
  }

  /** Undefined when the address was taken meanwhile: of concurrent registrations exactly one gets a row. */
  async #insert(
    { email, teamId }: Registration,
    registrar: SessionPrincipal | undefined,
    passwordHash: string,
  ): Promise<Account | undefined> {
    const { changes, mails, verifiesAtOnce } = this.#deps;
    const isPublic = registrar === undefined;
    const placement: Placement =
      teamId === undefined ? { kind: 'default-organization' } : { kind: 'team', team_id: teamId };
    const id = randomUUID();
    const account = await changes.make({ userId: registrar?.userId ?? id }, async (change) => {
      const inserted = await insertUser(change, {
        id,
        email,
        passwordHash,
        isAdmin: isPublic,
        isVerified: !isPublic || verifiesAtOnce,
        placement,
      });
      if (inserted === undefined) return undefined;
      await change.audit({
        action: 'user.registered',
        userId: id,
        details: { placement: placement.kind },
      });
      if (!inserted.isVerified) {
        await mails.enqueue(change, { userId: id, kind: 'verification', recipient: email });
      }
      return inserted;
    });
    // Sent in the background: a mail provider that is slow or away fails no registration.
    if (account?.isVerified === false) mails.wake();
    return account;
  }

  /** What a new account would have looked like; a mail tells the owner of the existing one. */
  async #pretendedUser({ email }: Registration): Promise<User> {
    const { database, mails, verifiesAtOnce } = this.#deps;
    const owner = await findUserByEmail(database, email);
    if (owner !== undefined) {
      await mails.enqueue(database, {
        userId: owner.id,
        kind: 'already-registered',
        recipient: owner.email,
      });
      mails.wake();
    }
    return { id: randomUUID(), email, isAdmin: true, isVerified: verifiesAtOnce, createdAt: new Date() };
  }
}
