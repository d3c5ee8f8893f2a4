/** The rows of one-time codes: one per user and kind, so that a new code replaces the old one. */
import type { UserId } from '@px0/contracts';
import type { Db, Tx } from '../database/db.ts';

export interface StoredVerification {
  readonly codeHash: Uint8Array;
  readonly attempts: number;
  readonly expired: boolean;
}

export async function putVerification(
  db: Db,
  userId: UserId,
  codeHash: Uint8Array,
  expiresAt: Date,
): Promise<void> {
  await db.$executeRaw`
    INSERT INTO verification_codes (user_id, code_hash, expires_at) VALUES (${userId}::uuid, ${codeHash}, ${expiresAt})
    ON CONFLICT (user_id) DO UPDATE SET
      code_hash = excluded.code_hash, expires_at = excluded.expires_at, attempts = 0, created_at = excluded.created_at`;
}

export async function putReset(db: Db, userId: UserId, codeHash: Uint8Array, expiresAt: Date): Promise<void> {
  await db.$executeRaw`
    INSERT INTO password_reset_codes (user_id, code_hash, expires_at) VALUES (${userId}::uuid, ${codeHash}, ${expiresAt})
    ON CONFLICT (user_id) DO UPDATE SET
      code_hash = excluded.code_hash, expires_at = excluded.expires_at, created_at = excluded.created_at`;
}

/** The newest code of a user, locked until the transaction ends: its attempts are counted one by one. */
export async function lockVerification(tx: Tx, userId: UserId): Promise<StoredVerification | undefined> {
  const rows = await tx.$queryRaw<StoredVerification[]>`
    SELECT code_hash AS "codeHash", attempts, expires_at <= clock_timestamp() AS expired
      FROM verification_codes WHERE user_id = ${userId}::uuid FOR UPDATE`;
  return rows[0];
}

export async function countAttempt(tx: Tx, userId: UserId): Promise<void> {
  await tx.$executeRaw`UPDATE verification_codes SET attempts = attempts + 1 WHERE user_id = ${userId}::uuid`;
}

/** Whose reset code it is, expired or not. */
export async function findResetOwner(db: Db, codeHash: Uint8Array): Promise<UserId | undefined> {
  const rows = await db.$queryRaw<{ userId: string }[]>`
    SELECT user_id::text AS "userId" FROM password_reset_codes WHERE code_hash = ${codeHash}`;
  return rows[0]?.userId;
}

/** Takes a reset code out of the database: of concurrent uses of one code exactly one gets it. */
export async function takeReset(
  tx: Tx,
  codeHash: Uint8Array,
): Promise<{ readonly expired: boolean } | undefined> {
  const rows = await tx.$queryRaw<{ expired: boolean }[]>`
    DELETE FROM password_reset_codes WHERE code_hash = ${codeHash}
    RETURNING expires_at <= clock_timestamp() AS expired`;
  return rows[0];
}

/** Voids whatever codes of the user are outstanding, and what mails with codes are still owed. */
export async function voidCodes(tx: Tx, userId: UserId): Promise<void> {
  await tx.$executeRaw`DELETE FROM verification_codes WHERE user_id = ${userId}::uuid`;
  await tx.$executeRaw`DELETE FROM password_reset_codes WHERE user_id = ${userId}::uuid`;
  await tx.$executeRaw`
    DELETE FROM mail_queue WHERE user_id = ${userId}::uuid AND kind IN ('verification', 'password-reset')`;
}

export async function deleteVerification(tx: Tx, userId: UserId): Promise<void> {
  await tx.$executeRaw`DELETE FROM verification_codes WHERE user_id = ${userId}::uuid`;
}

/** A changed password voids the code that would change it again. */
export async function deleteReset(tx: Tx, userId: UserId): Promise<void> {
  await tx.$executeRaw`DELETE FROM password_reset_codes WHERE user_id = ${userId}::uuid`;
  await tx.$executeRaw`DELETE FROM mail_queue WHERE user_id = ${userId}::uuid AND kind = 'password-reset'`;
}

/** Whether a usable code was made within the last `seconds`: its mail is not repeated. */
export async function hasRecentVerification(
  db: Db,
  userId: UserId,
  seconds: number,
  maxAttempts: number,
): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM verification_codes
     WHERE user_id = ${userId}::uuid AND attempts < ${maxAttempts}
       AND created_at > clock_timestamp() - ${seconds} * interval '1 second'`;
  return rows.length > 0;
}

export async function hasRecentReset(db: Db, userId: UserId, seconds: number): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>`
    SELECT 1 FROM password_reset_codes
     WHERE user_id = ${userId}::uuid AND created_at > clock_timestamp() - ${seconds} * interval '1 second'`;
  return rows.length > 0;
}

/** Deletes codes that expired. */
export async function deleteExpiredCodes(db: Db): Promise<void> {
  await db.$executeRaw`DELETE FROM verification_codes WHERE expires_at < clock_timestamp()`;
  await db.$executeRaw`DELETE FROM password_reset_codes WHERE expires_at < clock_timestamp()`;
}
