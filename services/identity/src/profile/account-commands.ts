/** What a person does with their own account. Every decision about the account is made on identity's own rows, in the transaction. */
import { type AccessProjection, actingUserOf, type Principal, type SessionPrincipal } from '@px0/access';
import { ApiError } from '@px0/service-kit';
import type { Changes } from '../changes/mod.ts';
import { deleteReset, voidCodes } from '../codes/mod.ts';
import type { Database } from '../database/db.ts';
import { isUniqueViolation } from '../database/sql-state.ts';
import type { MailQueue } from '../mail/mod.ts';
import { type Passwords, requireGoodPassword } from '../passwords/mod.ts';
import { isSessionUsable, saveLedger } from '../sessions/mod.ts';
import {
  type Account,
  deleteUser,
  endOtherSessions,
  findUser,
  lockUser,
  publishUser,
  requireEmailFormat,
  setEmail,
  setPassword,
  type User,
} from '../users/mod.ts';

export interface AccountDependencies {
  readonly database: Database;
  readonly changes: Changes;
  readonly access: AccessProjection;
  readonly passwords: Passwords;
  readonly mails: Pick<MailQueue, 'enqueue' | 'wake'>;
}

export interface AccountCommands {
  showMe(principal: Principal): Promise<User>;
  changeEmail(session: SessionPrincipal, email: string): Promise<User>;
  changePassword(session: SessionPrincipal, currentPassword: string, newPassword: string): Promise<void>;
  deleteAccount(session: SessionPrincipal): Promise<void>;
}

/** Somebody who may change the account that the call is about: never a key, which belongs to an organization. */
export function requirePerson(principal: Principal): SessionPrincipal {
  if (principal.kind === 'session') return principal;
  throw new ApiError(principal.kind === 'api-key' ? 'forbidden' : 'unauthorized');
}

export function createAccountCommands(dependencies: AccountDependencies): AccountCommands {
  return {
    showMe: (principal) => showMe(dependencies, principal),
    changeEmail: (session, email) => changeEmail(dependencies, session, email),
    changePassword: (session, current, next) => changePassword(dependencies, session, current, next),
    deleteAccount: (session) => deleteAccount(dependencies, session),
  };
}

/** The caller's account; a key's acting user. @throws ApiError unauthorized when it is gone */
async function showMe({ database }: AccountDependencies, principal: Principal): Promise<User> {
  const userId = actingUserOf(principal);
  const account = userId === undefined ? undefined : await findUser(database, userId);
  if (account === undefined) throw new ApiError('unauthorized');
  return account;
}

/**
 * The account stays verified and its sessions stay; codes that were mailed to the old address are void, and that address is told.
 *
 * @throws ApiError emailRequired, invalidEmailFormat, emailAlreadyTaken, unauthorized when the account is gone
 */
async function changeEmail(
  { changes, mails }: AccountDependencies,
  { userId }: SessionPrincipal,
  email: string,
): Promise<User> {
  if (email === '') throw new ApiError('emailRequired');
  requireEmailFormat(email);
  try {
    const account = await changes.make(async (change) => {
      const locked = requireAccount(await lockUser(change.tx, userId));
      if (locked.email === email) return locked;
      await setEmail(change.tx, userId, email);
      await voidCodes(change.tx, userId);
      await mails.enqueue(change.tx, { userId, kind: 'email-changed', recipient: locked.email });
      const changed = { ...locked, email };
      await publishUser(change, changed);
      await change.audit({ action: 'user.email_changed', userId, actorId: userId });
      return changed;
    });
    mails.wake();
    return account;
  } catch (error) {
    if (isUniqueViolation(error)) throw new ApiError('emailAlreadyTaken', { cause: error });
    throw error;
  }
}

/**
 * Ends every session but the caller's.
 *
 * @throws ApiError currentAndNewPasswordRequired, passwordTooShort, passwordTooWeak, invalidCurrentPassword, unauthorized when the
 *   account or the session has ended, serviceUnavailable when too many passwords wait to be hashed
 */
async function changePassword(
  { database, changes, passwords }: AccountDependencies,
  { userId, sessionNumber }: SessionPrincipal,
  currentPassword: string,
  newPassword: string,
): Promise<void> {
  if (currentPassword === '' || newPassword === '') throw new ApiError('currentAndNewPasswordRequired');
  requireGoodPassword(newPassword);
  const { passwordHash: checkedHash } = requireAccount(await findUser(database, userId));
  if (!(await passwords.matches(checkedHash, currentPassword))) throw new ApiError('invalidCurrentPassword');
  const newHash = await passwords.hash(newPassword);
  await changes.make(async (change) => {
    const account = requireAccount(await lockUser(change.tx, userId));
    // Ended by another request meanwhile: what keeps one session must not revive it.
    if (!(await isSessionUsable(change.tx, userId, sessionNumber))) throw new ApiError('unauthorized');
    if (
      account.passwordHash !== checkedHash &&
      !(await passwords.matches(account.passwordHash, currentPassword))
    ) {
      throw new ApiError('invalidCurrentPassword');
    }
    await setPassword(change.tx, userId, newHash);
    await deleteReset(change.tx, userId);
    await saveLedger(change, account, endOtherSessions(account.ledger, sessionNumber));
    await change.audit({ action: 'user.password_changed', userId, actorId: userId });
  });
}

/**
 * Deletes the account with its sessions and codes; organizations, teams, prompts and API keys stay.
 *
 * @throws ApiError unauthorized when it is gone already, defaultTeamMustKeepAdmin when members would be left without an admin
 */
async function deleteAccount(
  { changes, access }: AccountDependencies,
  { userId }: SessionPrincipal,
): Promise<void> {
  await changes.make(async (change) => {
    requireAccount(await lockUser(change.tx, userId));
    // Memberships are tenancy's; should the last admin slip through all the same, tenancy appoints another.
    if (access.isLastDefaultTeamAdmin(userId)) throw new ApiError('defaultTeamMustKeepAdmin');
    await deleteUser(change.tx, userId);
    await change.remove('user', userId);
    await change.audit({ action: 'user.deleted', userId, actorId: userId });
  });
}

function requireAccount(account: Account | undefined): Account {
  if (account === undefined) throw new ApiError('unauthorized');
  return account;
}
