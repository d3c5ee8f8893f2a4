/** The rows of accounts. Look-ups by address go through the unique index, so they cost the same with ten users and ten million. */
import { MAX_EMAIL_LENGTH, type UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import { ledgerFromText } from './session-ledger.ts';
import type { Account, Placement } from './user.ts';

type AccountRow = Omit<Account, 'ledger'> & {
  readonly nextSession: number;
  readonly sessionFloor: number;
  readonly revoked: string;
};

const columns = sql`
  id::text AS id, email, password_hash AS "passwordHash", is_admin AS "isAdmin", is_verified AS "isVerified",
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
export async function insertUser(change: Change, user: NewUser): Promise<Account | undefined> {
  const rows = await change.write<AccountRow>(
    'user',
    user.id,
    sql`
    INSERT INTO users (id, email, password_hash, is_admin, is_verified, placement)
    VALUES (${user.id}::uuid, ${user.email}, ${user.passwordHash}, ${user.isAdmin}, ${user.isVerified},
            ${JSON.stringify(user.placement)}::jsonb)
    ON CONFLICT (lower(email COLLATE "C")) DO NOTHING
    RETURNING ${columns}`,
  );
  return accountOf(rows[0]);
}

export async function findUserByEmail(reader: Reader, email: string): Promise<Account | undefined> {
  if (email === '' || email.length > MAX_EMAIL_LENGTH || email.includes('\0')) return undefined;
  const rows = await reader.query<AccountRow>(sql`
    SELECT ${columns} FROM users WHERE lower(email COLLATE "C") = lower(${email}::text COLLATE "C")`);
  return accountOf(rows[0]);
}

export async function findUser(reader: Reader, id: UserId): Promise<Account | undefined> {
  const rows = await reader.query<AccountRow>(sql`SELECT ${columns} FROM users WHERE id = ${id}::uuid`);
  return accountOf(rows[0]);
}

/**
 * The account, locked until the change ends. Every change of an account's sessions or public state takes this lock first, so that it
 * sees a login that commits meanwhile.
 */
export async function lockUser(change: Change, id: UserId): Promise<Account | undefined> {
  const rows = await change.query<AccountRow>(sql`
    SELECT ${columns} FROM users WHERE id = ${id}::uuid FOR UPDATE`);
  return accountOf(rows[0]);
}

/** @throws a unique violation when another account has the address */
export async function setEmail(change: Change, id: UserId, email: string): Promise<void> {
  await change.write('user', id, sql`UPDATE users SET email = ${email} WHERE id = ${id}::uuid RETURNING id`);
}

export async function setVerified(change: Change, id: UserId): Promise<void> {
  await change.write(
    'user',
    id,
    sql`UPDATE users SET is_verified = true WHERE id = ${id}::uuid RETURNING id`,
  );
}

export async function setPassword(change: Change, id: UserId, passwordHash: string): Promise<void> {
  await change.write(
    'user',
    id,
    sql`UPDATE users SET password_hash = ${passwordHash} WHERE id = ${id}::uuid RETURNING id`,
  );
}

/** Deletes the account with its sessions, codes and queued mails. */
export async function deleteUser(change: Change, id: UserId): Promise<void> {
  await change.write('user', id, sql`DELETE FROM users WHERE id = ${id}::uuid RETURNING id`);
}

function accountOf(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined;
  const { nextSession, sessionFloor, revoked, ...account } = row;
  return { ...account, ledger: ledgerFromText(nextSession, sessionFloor, revoked) };
}
