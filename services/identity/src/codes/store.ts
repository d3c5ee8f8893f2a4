/** The rows of one-time codes: one per user and kind, so that a new code replaces the old one. */
import type { UserId } from '@px0/contracts';
import { type PrivateWriter, type Reader, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';

export interface StoredVerification {
  readonly codeHash: Uint8Array;
  readonly attempts: number;
  readonly expired: boolean;
}

export async function putVerification(
  writer: PrivateWriter,
  userId: UserId,
  codeHash: Uint8Array,
  expiresAt: Date,
): Promise<void> {
  await writer.writePrivate(sql`
    INSERT INTO verification_codes (user_id, code_hash, expires_at) VALUES (${userId}::uuid, ${codeHash}, ${expiresAt})
    ON CONFLICT (user_id) DO UPDATE SET
      code_hash = excluded.code_hash, expires_at = excluded.expires_at, attempts = 0, created_at = excluded.created_at`);
}

export async function putReset(
  writer: PrivateWriter,
  userId: UserId,
  codeHash: Uint8Array,
  expiresAt: Date,
): Promise<void> {
  await writer.writePrivate(sql`
    INSERT INTO password_reset_codes (user_id, code_hash, expires_at) VALUES (${userId}::uuid, ${codeHash}, ${expiresAt})
    ON CONFLICT (user_id) DO UPDATE SET
      code_hash = excluded.code_hash, expires_at = excluded.expires_at, created_at = excluded.created_at`);
}

/** The newest code of a user, locked until the change ends: its attempts are counted one by one. */
export async function lockVerification(
  change: Change,
  userId: UserId,
): Promise<StoredVerification | undefined> {
  const rows = await change.query<StoredVerification>(sql`
    SELECT code_hash AS "codeHash", attempts, expires_at <= clock_timestamp() AS expired
      FROM verification_codes WHERE user_id = ${userId}::uuid FOR UPDATE`);
  return rows[0];
}

export async function countAttempt(writer: PrivateWriter, userId: UserId): Promise<void> {
  await writer.writePrivate(sql`
    UPDATE verification_codes SET attempts = attempts + 1 WHERE user_id = ${userId}::uuid`);
}

/** The owner of a reset code, expired or not. */
export async function findResetOwner(reader: Reader, codeHash: Uint8Array): Promise<UserId | undefined> {
  const rows = await reader.query<{ userId: UserId }>(sql`
    SELECT user_id::text AS "userId" FROM password_reset_codes WHERE code_hash = ${codeHash}`);
  return rows[0]?.userId;
}

/** Takes a reset code out of the database: of concurrent uses of one code exactly one gets it. */
export async function takeReset(
  change: Change,
  codeHash: Uint8Array,
): Promise<{ readonly expired: boolean } | undefined> {
  const rows = await change.writePrivate<{ expired: boolean }>(sql`
    DELETE FROM password_reset_codes WHERE code_hash = ${codeHash}
    RETURNING expires_at <= clock_timestamp() AS expired`);
  return rows[0];
}

/** Voids the user's outstanding codes, and the mails with codes that are still owed. */
export async function voidCodes(writer: PrivateWriter, userId: UserId): Promise<void> {
  await deleteVerification(writer, userId);
  await writer.writePrivate(sql`DELETE FROM password_reset_codes WHERE user_id = ${userId}::uuid`);
  await writer.writePrivate(sql`
    DELETE FROM mail_queue WHERE user_id = ${userId}::uuid AND kind IN ('verification', 'password-reset')`);
}

export async function deleteVerification(writer: PrivateWriter, userId: UserId): Promise<void> {
  await writer.writePrivate(sql`DELETE FROM verification_codes WHERE user_id = ${userId}::uuid`);
}

/** A changed password voids the code that would change it again. */
export async function deleteReset(writer: PrivateWriter, userId: UserId): Promise<void> {
  await writer.writePrivate(sql`DELETE FROM password_reset_codes WHERE user_id = ${userId}::uuid`);
  await writer.writePrivate(sql`
    DELETE FROM mail_queue WHERE user_id = ${userId}::uuid AND kind = 'password-reset'`);
}

/** Whether a usable code was made within the last `seconds`: its mail is not repeated. */
export async function hasRecentVerification(
  reader: Reader,
  userId: UserId,
  seconds: number,
  maxAttempts: number,
): Promise<boolean> {
  const rows = await reader.query(sql`
    SELECT 1 FROM verification_codes
     WHERE user_id = ${userId}::uuid AND attempts < ${maxAttempts}
       AND created_at > clock_timestamp() - ${seconds}::float8 * interval '1 second'`);
  return rows.length > 0;
}

/** As `hasRecentVerification`, for reset codes. */
export async function hasRecentReset(reader: Reader, userId: UserId, seconds: number): Promise<boolean> {
  const rows = await reader.query(sql`
    SELECT 1 FROM password_reset_codes
     WHERE user_id = ${userId}::uuid AND created_at > clock_timestamp() - ${seconds}::float8 * interval '1 second'`);
  return rows.length > 0;
}

/** Deletes codes that expired. */
export async function deleteExpiredCodes(writer: PrivateWriter): Promise<void> {
  await writer.writePrivate(sql`DELETE FROM verification_codes WHERE expires_at < clock_timestamp()`);
  await writer.writePrivate(sql`DELETE FROM password_reset_codes WHERE expires_at < clock_timestamp()`);
}
