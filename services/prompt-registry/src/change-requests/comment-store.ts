/** The rows of comments on change requests. */
import { empty, onlyRow, type Reader, rowsToFetch, sql } from '@px0/owner';
import { authorOf, type Change } from '../changes/mod.ts';

export interface CommentRow {
  readonly id: string;
  /** Rises with time within a request. */
  readonly ordinal: string;
  readonly actorKind: 'user' | 'api-key';
  readonly actorId: string;
  /** Empty once it is erased. */
  readonly text: string;
  readonly createdAt: string;
}

const commentColumns = sql`
  c.id, c.ordinal::text, c.actor_kind AS "actorKind", c.actor_id AS "actorId", coalesce(c.text, '') AS text,
  wire_time(c.created_at) AS "createdAt"`;

/** The prompt's lock is held, so that the count is right. */
export async function insertComment(
  change: Change,
  requestId: string,
  { id, text }: Pick<CommentRow, 'id' | 'text'>,
): Promise<CommentRow> {
  const actor = authorOf(change.actor);
  await change.writePrivate(sql`
    UPDATE change_requests SET comments = comments + 1, updated_at = clock_timestamp() WHERE id = ${requestId}::uuid`);
  return onlyRow(
    await change.writePrivate<CommentRow>(sql`
      INSERT INTO change_comments AS c (id, change_request_id, actor_kind, actor_id, text)
      VALUES (${id}::uuid, ${requestId}::uuid, ${actor.kind}, ${actor.id}::uuid, ${text})
      RETURNING ${commentColumns}`),
  );
}

/** The oldest first; one row more than the limit when there are more. */
export function listComments(
  reader: Reader,
  requestId: string,
  limit: number,
  after: string | undefined,
): Promise<CommentRow[]> {
  const beyond = after === undefined ? empty : sql`AND c.ordinal > ${after}::bigint`;
  return reader.query<CommentRow>(sql`
    SELECT ${commentColumns} FROM change_comments c WHERE c.change_request_id = ${requestId}::uuid ${beyond}
    ORDER BY c.ordinal LIMIT ${rowsToFetch(limit)}::int`);
}
