/** Payloads as samples for a render: the variables' JSON text, since renders and payloads read numbers differently. */
import type { PromptId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';

export interface Sample {
  readonly payloadId: string;
  readonly name: string | null;
  readonly variablesJson: string;
}

/** The oldest first, as they were added. */
export function listSamples(reader: Reader, promptId: PromptId): Promise<Sample[]> {
  return reader.query<Sample>(sql`
    SELECT id AS "payloadId", name, variables::text AS "variablesJson" FROM prompt_payloads
    WHERE prompt_id = ${promptId}::uuid ORDER BY created_at, id`);
}
