/** Registers an account: by anybody for themselves, or by an admin account for somebody else. */
import { randomUUID } from 'node:crypto';
import type { AccessProjection, SessionPrincipal } from '@px0/access';
import { authorizeRegistration } from '@px0/access';
import type { TeamId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import type { Database } from '../database/db.ts';
import type { MailQueue } from '../mail/mod.ts';
import { type Passwords, requireGoodPassword } from '../passwords/mod.ts';
import type { RateLimiter } from '../rate-limits/mod.ts';
import {
  type Account,
  findUserByEmail,
  insertUser,
  type Placement,
  publishUser,
  requireEmailFormat,
  type User,
} from '../users/mod.ts';

export interface RegisterDependencies {
  readonly database: Database;
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

export type Register = (registration: Registration) => Promise<User>;

/**
 * The password is hashed after all cheap checks. Where the new user belongs is told by the user's event, which tenancy acts upon.
 *
 * @throws ApiError in the contract's order: the body's faults, the caller's, the team's, tooManyRequests, emailAlreadyRegistered
 */
export function createRegister(dependencies: RegisterDependencies): Register {
  const { database, access, passwords, rateLimiter, hidesAccounts } = dependencies;
  return async (registration) => {
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
      existing === undefined ? await insert(dependencies, registration, registrar, passwordHash) : undefined;
    if (user !== undefined) return user;
    if (!hides) throw new ApiError('emailAlreadyRegistered');
    return pretendedUser(dependencies, registration);
  };
}

/** Undefined: a public registration. @throws ApiError unauthorized, userNotVerified, forbidden */
function registrarOf(
  access: AccessProjection,
  authorization: string | undefined,
): SessionPrincipal | undefined {
  const caller = authorizeRegistration(access.authenticate(authorization));
  if ('error' in caller) throw new ApiError(caller.error);
  return caller.kind === 'session' ? caller : undefined;
}

/** @throws ApiError teamNotFound, callerNotInTeamOrganization, forbidden */
function requireRightToPlace(access: AccessProjection, { userId }: SessionPrincipal, teamId: TeamId): void {
  // Every team that exists belongs to an organization, so the contract's refusal of one without has no place here.
  const team = access.team(teamId);
  if (team === undefined) throw new ApiError('teamNotFound');
  if (!access.isOrgMember(userId, team.orgId)) throw new ApiError('callerNotInTeamOrganization');
  const mayPlace = access.isOrgAdmin(userId, team.orgId) || access.roleIn(userId, teamId) === 'admin';
  if (!mayPlace) throw new ApiError('forbidden');
}

/** Undefined when the address was taken meanwhile: of concurrent registrations exactly one gets a row. */
async function insert(
  { changes, mails, verifiesAtOnce }: RegisterDependencies,
  { email, teamId }: Registration,
  registrar: SessionPrincipal | undefined,
  passwordHash: string,
): Promise<Account | undefined> {
  const isPublic = registrar === undefined;
  const placement: Placement =
    teamId === undefined ? { kind: 'default-organization' } : { kind: 'team', team_id: teamId };
  const account = await changes.make(async (change) => {
    const inserted = await insertUser(change.tx, {
      id: randomUUID(),
      email,
      passwordHash,
      isAdmin: isPublic,
      isVerified: !isPublic || verifiesAtOnce,
      placement,
    });
    if (inserted === undefined) return undefined;
    await publishUser(change, inserted);
    await change.audit({
      action: 'user.registered',
      userId: inserted.id,
      actorId: registrar?.userId ?? inserted.id,
      details: { placement: placement.kind },
    });
    if (!inserted.isVerified) {
      await mails.enqueue(change.tx, { userId: inserted.id, kind: 'verification', recipient: email });
    }
    return inserted;
  });
  // Sent in the background: a mail provider that is slow or away fails no registration.
  if (account?.isVerified === false) mails.wake();
  return account;
}

/** What a new account would have looked like; the owner of the existing one is told by mail. */
async function pretendedUser(
  { database, mails, verifiesAtOnce }: RegisterDependencies,
  { email }: Registration,
): Promise<User> {
  const owner = await findUserByEmail(database, email);
  if (owner !== undefined) {
    await mails.enqueue(database, { userId: owner.id, kind: 'already-registered', recipient: owner.email });
    mails.wake();
  }
  return { id: randomUUID(), email, isAdmin: true, isVerified: verifiesAtOnce, createdAt: new Date() };
}
