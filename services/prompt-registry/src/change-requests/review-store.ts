/** The rows of reviews. Whoever writes one holds the row lock of the prompt. */
import { type Reader, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import type { StoredBinding } from './binding.ts';
import type { GivenReview } from './counting.ts';

export interface ReviewRow extends GivenReview {
  readonly requestId: string;
  readonly comment: string;
  readonly createdAt: string;
}

export interface NewReview extends Pick<GivenReview, 'id' | 'userId' | 'verdict'> {
  readonly requestId: string;
  readonly comment: string;
  readonly binding: StoredBinding;
}

/** Of these requests, the oldest first. */
export function listReviews(reader: Reader, requestIds: readonly string[]): Promise<ReviewRow[]> {
  return reader.query<ReviewRow>(sql`
    SELECT r.id, r.change_request_id AS "requestId", r.user_id AS "userId", r.verdict, r.comment, r.binding,
      r.void_reason AS "voidReason", r.dismissed_by AS "dismissedBy",
      extract(epoch FROM clock_timestamp() - r.created_at)::float8 / 3600 AS "ageHours",
      wire_time(r.created_at) AS "createdAt"
    FROM change_reviews r WHERE r.change_request_id = ANY(${[...requestIds]}::uuid[])
    ORDER BY r.ordinal`);
}

export async function insertReview(change: Change, review: NewReview): Promise<void> {
  await change.writePrivate(sql`
    INSERT INTO change_reviews (id, change_request_id, user_id, verdict, comment, binding)
    VALUES (${review.id}::uuid, ${review.requestId}::uuid, ${review.userId}::uuid, ${review.verdict}, ${review.comment},
      ${JSON.stringify(review.binding)}::jsonb)`);
}

export interface Void {
  readonly id: string;
  readonly reason: string;
}

/** The reviews never count again. */
export async function voidReviews(change: Change, voids: readonly Void[]): Promise<void> {
  await change.writePrivate(sql`
    UPDATE change_reviews r SET voided_at = clock_timestamp(), void_reason = v.reason
    FROM json_to_recordset(${JSON.stringify(voids)}::json) AS v (id uuid, reason text)
    WHERE r.id = v.id AND r.voided_at IS NULL`);
}

export async function dismissReview(change: Change, id: string, userId: string): Promise<void> {
  await change.writePrivate(
    sql`UPDATE change_reviews SET dismissed_by = ${userId}::uuid WHERE id = ${id}::uuid AND dismissed_by IS NULL`,
  );
}
