/** The rows of mails that are owed. A row is leased while it is being sent; no transaction is open then. */
import { randomUUID } from 'node:crypto';
import type { UserId } from '@px0/contracts';
import type { Db } from '../database/db.ts';

export type MailKind =
  | 'verification'
  | 'password-reset'
  | 'email-changed'
  | 'already-registered'
  | 'added-to-team';

export interface QueuedMail {
  readonly id: string;
  readonly userId: UserId;
  readonly kind: MailKind;
  readonly recipient: string;
  readonly attempts: number;
  readonly ageSeconds: number;
}

export interface MailOrder {
  readonly userId: UserId;
  readonly kind: MailKind;
  readonly recipient: string;
}

/**
 * Queues a mail, leased to the caller for `leaseSeconds` (0: whoever comes first sends it). A mail that is owed already is not queued
 * twice, but for those to addresses that an account has left. Returns its row.
 */
export async function insertMail(db: Db, order: MailOrder, leaseSeconds: number): Promise<QueuedMail> {
  const rows = await db.$queryRaw<QueuedMail[]>`
    INSERT INTO mail_queue AS m (id, user_id, kind, recipient, lease_until)
    VALUES (${randomUUID()}::uuid, ${order.userId}::uuid, ${order.kind}, ${order.recipient},
            clock_timestamp() + ${leaseSeconds} * interval '1 second')
    ON CONFLICT (user_id, kind) WHERE kind <> 'email-changed' DO UPDATE SET
      recipient = excluded.recipient, attempts = 0, created_at = excluded.created_at,
      next_attempt_at = excluded.next_attempt_at, lease_until = excluded.lease_until
    RETURNING m.id::text AS id, m.user_id::text AS "userId", m.kind, m.recipient, m.attempts, 0::float8 AS "ageSeconds"`;
  const row = rows[0];
  if (row === undefined) throw new Error('an upsert that returns one row returned none');
  return row;
}

/** Takes mails that are due, for `leaseSeconds`. Any number of processes may do so at once. */
export function leaseDueMails(db: Db, limit: number, leaseSeconds: number): Promise<QueuedMail[]> {
  return db.$queryRaw<QueuedMail[]>`
    UPDATE mail_queue m SET lease_until = clock_timestamp() + ${leaseSeconds} * interval '1 second'
      FROM (SELECT id FROM mail_queue
             WHERE next_attempt_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until <= clock_timestamp())
             ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) due
     WHERE m.id = due.id
    RETURNING m.id::text AS id, m.user_id::text AS "userId", m.kind, m.recipient, m.attempts,
              extract(epoch FROM clock_timestamp() - m.created_at)::float8 AS "ageSeconds"`;
}

export async function deleteMail(db: Db, id: string): Promise<void> {
  await db.$executeRaw`DELETE FROM mail_queue WHERE id = ${id}::uuid`;
}

/** Gives a mail back, to be tried again after a pause. `error` names a kind of failure, never an address or a code. */
export async function postponeMail(db: Db, id: string, pauseSeconds: number, error: string): Promise<void> {
  await db.$executeRaw`
    UPDATE mail_queue
       SET attempts = attempts + 1, lease_until = NULL, last_error = ${error},
           next_attempt_at = clock_timestamp() + ${pauseSeconds} * interval '1 second'
     WHERE id = ${id}::uuid`;
}
