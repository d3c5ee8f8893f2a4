/** The rows of mails to be sent. A row is leased while it is being sent; no transaction is open then. */
import { randomUUID } from 'node:crypto';
import type { UserId } from '@px0/contracts';
import { finds, onlyRow, type PrivateWriter, type Reader, sql } from '@px0/owner';

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
 * Queues a mail, leased to the caller for `leaseSeconds` (0: the next process that looks sends it). A mail that is owed already is not queued
 * twice, except to addresses that an account has left. Returns its row.
 */
export async function insertMail(
  writer: PrivateWriter,
  order: MailOrder,
  leaseSeconds: number,
): Promise<QueuedMail> {
  const rows = await writer.writePrivate<QueuedMail>(sql`
    INSERT INTO mail_queue AS m (id, user_id, kind, recipient, lease_until)
    VALUES (${randomUUID()}::uuid, ${order.userId}::uuid, ${order.kind}, ${order.recipient},
            clock_timestamp() + ${leaseSeconds}::float8 * interval '1 second')
    ON CONFLICT (user_id, kind) WHERE kind <> 'email-changed' DO UPDATE SET
      recipient = excluded.recipient, attempts = 0, created_at = excluded.created_at,
      next_attempt_at = excluded.next_attempt_at, lease_until = excluded.lease_until
    RETURNING m.id::text AS id, m.user_id::text AS "userId", m.kind, m.recipient, m.attempts, 0::float8 AS "ageSeconds"`);
  return onlyRow(rows);
}

/** Whether mails are due that nobody is sending. */
export const ARE_DUE = finds(
  `SELECT 1 FROM mail_queue WHERE next_attempt_at <= now() AND (lease_until IS NULL OR lease_until <= now())
   ORDER BY next_attempt_at`,
);

/** Takes mails that are due, for `leaseSeconds`. Any number of processes may do so at once. */
export function leaseDueMails(
  writer: PrivateWriter,
  limit: number,
  leaseSeconds: number,
): Promise<QueuedMail[]> {
  return writer.writePrivate<QueuedMail>(sql`
    UPDATE mail_queue m SET lease_until = clock_timestamp() + ${leaseSeconds}::float8 * interval '1 second'
      FROM (SELECT id FROM mail_queue
             WHERE next_attempt_at <= clock_timestamp() AND (lease_until IS NULL OR lease_until <= clock_timestamp())
             ORDER BY next_attempt_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) due
     WHERE m.id = due.id
    RETURNING m.id::text AS id, m.user_id::text AS "userId", m.kind, m.recipient, m.attempts,
              extract(epoch FROM clock_timestamp() - m.created_at)::float8 AS "ageSeconds"`);
}

export interface MailBacklog {
  readonly mails: number;
  /** Of the oldest; 0 when nothing waits. */
  readonly ageSeconds: number;
}

/** What waits to be sent, as operators watch it. */
export async function readMailBacklog(reader: Reader): Promise<MailBacklog> {
  const [row] = await reader.query<MailBacklog>(sql`
    SELECT count(*)::float8 AS mails,
           greatest(coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0), 0)::float8 AS "ageSeconds"
      FROM mail_queue`);
  return row ?? { mails: 0, ageSeconds: 0 };
}

export async function deleteMail(writer: PrivateWriter, id: string): Promise<void> {
  await writer.writePrivate(sql`DELETE FROM mail_queue WHERE id = ${id}::uuid`);
}

/** Gives a mail back, to be tried again after a pause. `error` names a kind of failure, never an address or a code. */
export async function postponeMail(
  writer: PrivateWriter,
  id: string,
  pauseSeconds: number,
  error: string,
): Promise<void> {
  await writer.writePrivate(sql`
    UPDATE mail_queue
       SET attempts = attempts + 1, lease_until = NULL, last_error = ${error},
           next_attempt_at = clock_timestamp() + ${pauseSeconds}::float8 * interval '1 second'
     WHERE id = ${id}::uuid`);
}
