/** The rows of accounts. Look-ups by address go through the unique index, so they cost the same with ten users and ten million. */
import type { UserId } from '@px0/contracts';
import type { Db, Tx } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { MAX_EMAIL_LENGTH } from './email-address.ts';
import { ledgerFromText } from './session-ledger.ts';
import type { Account, Placement } from './user.ts';

type AccountRow = Omit<Account, 'ledger'> & {
  readonly nextSession: number;
  readonly sessionFloor: number;
  readonly revoked: string;
};

const columns = Prisma.sql`
  id::text AS id, email, password_hash AS "passwordHash", is_admin AS "isAdmin", is_verified AS "isVerified", placement,
  next_session AS "nextSession", session_floor AS "sessionFloor", revoked::text AS revoked, created_at AS "createdAt"`;

export interface NewUser {
  readonly id: UserId;
  readonly email: string;
  readonly passwordHash: string;
  readonly isAdmin: boolean;
  readonly isVerified: boolean;
  readonly placement: Placement;
}

/** Undefined when the address is taken, in whatever spelling. Of concurrent inserts of one address exactly one succeeds. */
export async function insertUser(tx: Tx, user: NewUser): Promise<Account | undefined> {
  const rows = await tx.$queryRaw<AccountRow[]>`
    INSERT INTO users (id, email, password_hash, is_admin, is_verified, placement)
    VALUES (${user.id}::uuid, ${user.email}, ${user.passwordHash}, ${user.isAdmin}, ${user.isVerified},
            ${JSON.stringify(user.placement)}::jsonb)
    ON CONFLICT (lower(email COLLATE "C")) DO NOTHING
    RETURNING ${columns}`;
  return accountOf(rows[0]);
}

export async function findUserByEmail(db: Db, email: string): Promise<Account | undefined> {
  if (email === '' || email.length > MAX_EMAIL_LENGTH || email.includes('\0')) return undefined;
  const rows = await db.$queryRaw<AccountRow[]>`
    SELECT ${columns} FROM users WHERE lower(email COLLATE "C") = lower(${email}::text COLLATE "C")`;
  return accountOf(rows[0]);
}

export async function findUser(db: Db, id: UserId): Promise<Account | undefined> {
  const rows = await db.$queryRaw<AccountRow[]>`SELECT ${columns} FROM users WHERE id = ${id}::uuid`;
  return accountOf(rows[0]);
}

/**
 * The account, locked until the transaction ends. Whatever changes an account's sessions or event takes this lock first, so that
 * a login that commits meanwhile is seen.
 */
export async function lockUser(tx: Tx, id: UserId): Promise<Account | undefined> {
  const rows = await tx.$queryRaw<AccountRow[]>`
    SELECT ${columns} FROM users WHERE id = ${id}::uuid FOR UPDATE`;
  return accountOf(rows[0]);
}

/** @throws a unique violation when another account has the address */
export async function setEmail(tx: Tx, id: UserId, email: string): Promise<void> {
  await tx.$executeRaw`UPDATE users SET email = ${email} WHERE id = ${id}::uuid`;
}

export async function setVerified(tx: Tx, id: UserId): Promise<void> {
  await tx.$executeRaw`UPDATE users SET is_verified = true WHERE id = ${id}::uuid`;
}

export async function setPassword(tx: Tx, id: UserId, passwordHash: string): Promise<void> {
  await tx.$executeRaw`UPDATE users SET password_hash = ${passwordHash} WHERE id = ${id}::uuid`;
}

/** Deletes the account with its sessions, codes and queued mails. False when it was gone already. */
export async function deleteUser(tx: Tx, id: UserId): Promise<boolean> {
  return (await tx.$executeRaw`DELETE FROM users WHERE id = ${id}::uuid`) > 0;
}

function accountOf(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined;
  const { nextSession, sessionFloor, revoked, ...account } = row;
  return { ...account, ledger: ledgerFromText(nextSession, sessionFloor, revoked) };
}
