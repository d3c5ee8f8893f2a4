/** Payloads as samples for a render: the variables' JSON text, since a render reads numbers otherwise than a payload keeps them. */
import type { PromptId } from '@px0/contracts';
import type { Db } from '../database/db.ts';

export interface Sample {
  readonly payloadId: string;
  readonly name: string | null;
  readonly variablesJson: string;
}

export class SampleStore {
  /** The oldest first, as they were added. */
  async list(db: Db, promptId: PromptId): Promise<Sample[]> {
    return db.$queryRaw<Sample[]>`
      select id as "payloadId", name, variables::text as "variablesJson" from prompt_payloads
      where prompt_id = ${promptId}::uuid order by created_at, id`;
  }
}
