/** The rows of sessions that may still be used, and the ledger that their user's row keeps. */
import type { UserId } from '@px0/contracts';
import type { Change } from '../changes/mod.ts';
import type { Db, Tx } from '../database/db.ts';
import { type Account, compactLedger, publishUser, revokedText, type SessionLedger } from '../users/mod.ts';

export interface NewSession {
  readonly id: string;
  readonly userId: UserId;
  /** The hash that the password was checked against. */
  readonly checkedHash: string;
  /** The same password under newer parameters; equal to `checkedHash` when those are up to date. */
  readonly currentHash: string;
  readonly expiresAt: Date;
}

/**
 * Begins a session, in one statement, and returns its number. Undefined when the password has been changed (or the account deleted)
 * since it was checked: an old password must not outlive a reset by a moment.
 */
export async function insertSession(db: Db, session: NewSession): Promise<number | undefined> {
  const rows = await db.$queryRaw<{ number: number }[]>`
    WITH numbered AS (
      UPDATE users SET next_session = next_session + 1, password_hash = ${session.currentHash}
       WHERE id = ${session.userId}::uuid AND password_hash = ${session.checkedHash}
      RETURNING id, next_session - 1 AS number)
    INSERT INTO sessions (user_id, number, id, expires_at)
    SELECT id, number, ${session.id}::uuid, ${session.expiresAt} FROM numbered
    RETURNING number`;
  return rows[0]?.number;
}

/** Whether the session may still be used, judged on identity's own rows. */
export async function isSessionUsable(tx: Tx, userId: UserId, number: number): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM sessions WHERE user_id = ${userId}::uuid AND number = ${number} AND expires_at > clock_timestamp()`;
  return rows.length > 0;
}

/** False when there is no such session (any more). */
export async function deleteSession(tx: Tx, userId: UserId, number: number, id: string): Promise<boolean> {
  const deleted = await tx.$executeRaw`
    DELETE FROM sessions WHERE user_id = ${userId}::uuid AND number = ${number} AND id = ${id}::uuid`;
  return deleted > 0;
}

/**
 * Keeps the account's new ledger, deletes the sessions that it ends, and tells everybody. `account` was locked in this change and is
 * otherwise as the change leaves it.
 */
export async function saveLedger(change: Change, account: Account, ledger: SessionLedger): Promise<void> {
  const { tx } = change;
  const [lowest] = await tx.$queryRaw<{ number: number }[]>`
    SELECT number FROM sessions
     WHERE user_id = ${account.id}::uuid AND expires_at > clock_timestamp() AND number >= ${ledger.floor}
       AND NOT (number <@ ${revokedText(ledger)}::int4multirange)
     ORDER BY number LIMIT 1`;
  const compact = compactLedger(ledger, lowest?.number);
  const revoked = revokedText(compact);
  await tx.$executeRaw`
    UPDATE users SET session_floor = ${compact.floor}, revoked = ${revoked}::int4multirange
     WHERE id = ${account.id}::uuid`;
  await tx.$executeRaw`
    DELETE FROM sessions
     WHERE user_id = ${account.id}::uuid AND (number < ${compact.floor} OR number <@ ${revoked}::int4multirange)`;
  await publishUser(change, { ...account, ledger: compact });
}

/** Deletes sessions that expired, `limit` at most. Returns how many. */
export function deleteExpiredSessions(db: Db, limit: number): Promise<number> {
  return db.$executeRaw`
    DELETE FROM sessions WHERE (user_id, number) IN (
      SELECT user_id, number FROM sessions WHERE expires_at < clock_timestamp() ORDER BY expires_at LIMIT ${limit})`;
}

/** Accounts whose ledger still tells apart what expiry has settled, `limit` at most. */
export async function findCompactableUsers(db: Db, limit: number): Promise<UserId[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT u.id::text AS id FROM users u
     WHERE NOT isempty(u.revoked) AND NOT EXISTS (
             SELECT 1 FROM sessions s WHERE s.user_id = u.id AND s.expires_at > clock_timestamp() AND s.number < lower(u.revoked))
     LIMIT ${limit}`;
  return rows.map(({ id }) => id);
}
