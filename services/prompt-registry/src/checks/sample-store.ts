/** Payloads as the samples of a check. */
import type { PromptId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import { SAMPLE_BYTES, type Sample } from './trial.ts';

/** The oldest first, as they were added, the variables of so many as a check reads. */
export function listSamples(reader: Reader, promptId: PromptId): Promise<Sample[]> {
  return reader.query<Sample>(sql`
    SELECT "payloadId", name, CASE WHEN sum(octet_length("variablesJson")) OVER (ORDER BY created_at, "payloadId")
      <= ${SAMPLE_BYTES}::bigint THEN "variablesJson" END AS "variablesJson"
    FROM (
      SELECT id AS "payloadId", name, created_at, variables::text AS "variablesJson" FROM prompt_payloads
      WHERE prompt_id = ${promptId}::uuid) AS samples
    ORDER BY created_at, "payloadId"`);
}
