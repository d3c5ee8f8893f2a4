/** The column of what every render of a version needs, where it was not written with the version. */
import type { PromptId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import type { ChatEntry } from '@px0/template';
import type { Change } from '../changes/mod.ts';

/** A version whose variables nobody has looked at: one that is older than schemas, or that a process of the release before wrote. */
export interface Uninferred {
  readonly id: string;
  readonly promptId: PromptId;
  readonly template: string;
  readonly messages: readonly ChatEntry[] | null;
  readonly bodyRevision: number;
}

/** What is held in memory of a step's texts; one version's is at most half a megabyte, twice for a chat. */
const STEP_BYTES = 8 * 1024 * 1024;

/** Up to so many of them, by id. */
export function listUninferred(reader: Reader, limit: number): Promise<Uninferred[]> {
  return reader.query<Uninferred>(sql`
    SELECT v.id, v.prompt_id AS "promptId", v.template, v.messages, v.body_revision::float8 AS "bodyRevision"
    FROM (
      SELECT u.id, sum(octet_length(u.template)) OVER (ORDER BY u.id) AS bytes FROM (
        SELECT id, template FROM prompt_versions WHERE inferred_schema IS NULL ORDER BY id LIMIT ${limit}::int) AS u) AS chosen
    JOIN prompt_versions v ON v.id = chosen.id
    WHERE chosen.bytes <= ${STEP_BYTES}::bigint ORDER BY v.id`);
}

export interface Inferred {
  readonly id: string;
  readonly promptId: PromptId;
  readonly bodyRevision: number;
  /** Compact JSON text. */
  readonly schema: string;
}

/**
 * Stores what was inferred, unless somebody has changed the version meanwhile. A live version's schema is in its prompt's event where there is a
 * contract, so that is published again.
 */
export async function storeInferred(change: Change, inferred: readonly Inferred[]): Promise<void> {
  const prompts = [...new Set(inferred.map(({ promptId }) => promptId))];
  // Locked first, as by every other writer of a prompt.
  const judged = await change.query<{ id: string }>(sql`
    SELECT p.id FROM prompts p WHERE p.id = ANY(${prompts}::uuid[]) AND p.contract <> 'off'
    ORDER BY p.id FOR NO KEY UPDATE`);
  await change.writePrivate(sql`
    UPDATE prompt_versions v SET inferred_schema = found.schema FROM (
      SELECT own.id, given.schema::json AS schema
      FROM json_to_recordset(${JSON.stringify(inferred)}::json) AS given (id uuid, "bodyRevision" bigint, schema text)
      JOIN prompt_versions own ON own.id = given.id
      WHERE own.inferred_schema IS NULL AND own.body_revision = given."bodyRevision"
      ORDER BY own.id FOR NO KEY UPDATE OF own SKIP LOCKED) AS found
    WHERE v.id = found.id`);
  if (judged.length === 0) return;
  // Writing the row as it is names the prompt to the change, which publishes what differs from what was published.
  await change.write<{ id: string }>(
    'prompt',
    ({ id }) => id,
    sql`
      UPDATE prompts p SET updated_at = p.updated_at
      WHERE p.id = ANY(${judged.map(({ id }) => id)}::uuid[]) RETURNING p.id`,
  );
}
