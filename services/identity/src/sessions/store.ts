/** The rows of sessions that may still be used, and the ledger that their user's row keeps. */
import type { UserId } from '@px0/contracts';
import { type PrivateWriter, type Reader, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import { type Account, compactLedger, revokedText, type SessionLedger } from '../users/mod.ts';

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
export async function insertSession(change: Change, session: NewSession): Promise<number | undefined> {
  const rows = await change.write<{ number: number }>(
    'user',
    session.userId,
    sql`
    WITH numbered AS (
      UPDATE users SET next_session = next_session + 1, password_hash = ${session.currentHash},
             last_login_at = clock_timestamp()
       WHERE id = ${session.userId}::uuid AND password_hash = ${session.checkedHash}
      RETURNING id, next_session - 1 AS number)
    INSERT INTO sessions (user_id, number, id, expires_at)
    SELECT id, number, ${session.id}::uuid, ${session.expiresAt}::timestamptz FROM numbered
    RETURNING number`,
  );
  return rows[0]?.number;
}

/** Whether the session may still be used, judged on identity's own rows. */
export async function isSessionUsable(reader: Reader, userId: UserId, number: number): Promise<boolean> {
  const rows = await reader.query(sql`
    SELECT 1 FROM sessions WHERE user_id = ${userId}::uuid AND number = ${number} AND expires_at > clock_timestamp()`);
  return rows.length > 0;
}

/** False when there is no such session (any more). */
export async function deleteSession(
  writer: PrivateWriter,
  userId: UserId,
  number: number,
  id: string,
): Promise<boolean> {
  const deleted = await writer.writePrivate(sql`
    DELETE FROM sessions WHERE user_id = ${userId}::uuid AND number = ${number} AND id = ${id}::uuid
    RETURNING number`);
  return deleted.length > 0;
}

/** Keeps the account's new ledger, and deletes the sessions that it ends. The account must be locked in this change. */
export async function saveLedger(change: Change, { id }: Account, ledger: SessionLedger): Promise<void> {
  const [lowest] = await change.query<{ number: number }>(sql`
    SELECT number FROM sessions
     WHERE user_id = ${id}::uuid AND expires_at > clock_timestamp() AND number >= ${ledger.floor}
       AND NOT (number <@ ${revokedText(ledger)}::int4multirange)
     ORDER BY number LIMIT 1`);
  const compact = compactLedger(ledger, lowest?.number);
  const revoked = revokedText(compact);
  await change.write(
    'user',
    id,
    sql`
    UPDATE users SET session_floor = ${compact.floor}, revoked = ${revoked}::int4multirange
     WHERE id = ${id}::uuid
    RETURNING id`,
  );
  await change.writePrivate(sql`
    DELETE FROM sessions
     WHERE user_id = ${id}::uuid AND (number < ${compact.floor} OR number <@ ${revoked}::int4multirange)`);
}

/** Deletes sessions that expired, `limit` at most. Returns how many. */
export async function deleteExpiredSessions(writer: PrivateWriter, limit: number): Promise<number> {
  const deleted = await writer.writePrivate(sql`
    DELETE FROM sessions WHERE (user_id, number) IN (
      SELECT user_id, number FROM sessions WHERE expires_at < clock_timestamp() ORDER BY expires_at LIMIT ${limit})
    RETURNING number`);
  return deleted.length;
}

/** Accounts whose ledger still tells apart what expiry has settled, `limit` at most. */
export async function findCompactableUsers(reader: Reader, limit: number): Promise<UserId[]> {
  const rows = await reader.query<{ id: UserId }>(sql`
    SELECT u.id::text AS id FROM users u
     WHERE NOT isempty(u.revoked) AND NOT EXISTS (
             SELECT 1 FROM sessions s WHERE s.user_id = u.id AND s.expires_at > clock_timestamp() AND s.number < lower(u.revoked))
     LIMIT ${limit}`);
  return rows.map(({ id }) => id);
}
