/** The columns of what follows from a version's content and its audit, where they were not written with the version. */
import type { ApiKeyId, PromptId, UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import type { Change, ProgramColumns, SchemaColumns } from '../changes/mod.ts';

/** What is held in memory of a step's texts, and hashed in its transaction; one version's is at most half a megabyte, twice for a chat. */
const STEP_BYTES = 8 * 1024 * 1024;

/** Up to so many versions that lack some of it, by id. */
export async function listIncomplete(
  reader: Reader,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const rows = await reader.query<{ id: string }>(sql`
    SELECT chosen.id FROM (
      SELECT u.id, sum(u.bytes) OVER (ORDER BY u.id) AS bytes FROM (
        SELECT v.id, CASE WHEN v.content_hash IS NULL THEN octet_length(v.template) ELSE 0 END AS bytes
        FROM prompt_versions v
        WHERE (v.content_hash IS NULL OR v.contributors IS NULL)
          AND (${after ?? null}::uuid IS NULL OR v.id > ${after ?? null}::uuid)
        ORDER BY v.id LIMIT ${limit}::int) AS u) AS chosen
    WHERE chosen.bytes <= ${STEP_BYTES}::bigint ORDER BY chosen.id`);
  return rows.map(({ id }) => id);
}

/** A version that lacks some of it. */
export interface Incomplete {
  readonly id: string;
  readonly promptId: PromptId;
  readonly number: number;
  readonly isHashed: boolean;
  readonly hasContributors: boolean;
}

/**
 * Those of the versions that nobody writes at the moment, held until the transaction ends. Two statements: what is read after the locks
 * are there is what was committed before.
 */
export async function lockIncomplete(change: Change, ids: readonly string[]): Promise<Incomplete[]> {
  const locked = await change.query<{ id: string }>(sql`
    SELECT v.id FROM prompt_versions v WHERE v.id = ANY(${[...ids]}::uuid[])
    ORDER BY v.id FOR NO KEY UPDATE SKIP LOCKED`);
  return change.query<Incomplete>(sql`
    SELECT v.id, v.prompt_id AS "promptId", v.version AS number, v.content_hash IS NOT NULL AS "isHashed",
      v.contributors IS NOT NULL AS "hasContributors"
    FROM prompt_versions v WHERE v.id = ANY(${locked.map(({ id }) => id)}::uuid[])`);
}

/** What is hashed of these versions. */
export function programsOf(
  reader: Reader,
  ids: readonly string[],
): Promise<(ProgramColumns & SchemaColumns & { readonly id: string })[]> {
  return reader.query(sql`
    SELECT v.id, v.template, v.outline, v.sources, v.config::text AS config, v.authored_schema::text AS "authoredSchema",
      CASE WHEN v.authored_schema IS NOT NULL THEN v.inferred_schema::text END AS "inferredSchema"
    FROM prompt_versions v WHERE v.id = ANY(${[...ids]}::uuid[])`);
}

export interface FoundHash {
  readonly id: string;
  /** In hexadecimal. */
  readonly digest: string;
}

export async function storeHashes(change: Change, found: readonly FoundHash[]): Promise<void> {
  if (found.length === 0) return;
  await change.writePrivate(sql`
    UPDATE prompt_versions v SET content_hash = found.hash FROM (
      SELECT given.id, decode(given.digest, 'hex') AS hash
      FROM json_to_recordset(${JSON.stringify(found)}::json) AS given (id uuid, digest text)) AS found
    WHERE v.id = found.id AND v.content_hash IS NULL`);
}

export interface FoundContributors {
  readonly id: string;
  readonly promptId: PromptId;
  readonly people: readonly UserId[];
  readonly keys: readonly ApiKeyId[];
}

export async function storeContributors(change: Change, found: readonly FoundContributors[]): Promise<void> {
  if (found.length === 0) return;
  const given = sql`json_to_recordset(${JSON.stringify(found)}::json) AS given (id uuid, people uuid[], keys uuid[])`;
  await change.writePrivate(sql`
    UPDATE prompt_versions v SET contributor_keys = given.keys FROM ${given}
    WHERE v.id = given.id AND v.contributors IS NULL`);
  await change.writePrivate(sql`
    UPDATE prompt_versions v SET contributors = given.people FROM ${given}
    WHERE v.id = given.id AND v.contributors IS NULL`);
}
