/** A prompt as the database returns it, and as the wire shows it. */
import type { PromptId, TeamId, Wire } from '@px0/contracts';
import { sql } from '@px0/owner';
import { authorColumn } from '../changes/mod.ts';
import type { Contract } from './contract.ts';

export interface PromptRow {
  readonly id: PromptId;
  readonly teamId: TeamId;
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly status: 'active' | 'archived';
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly folder: string;
  readonly contract: Contract;
  /** Null for prompts that are older than the field. */
  readonly createdBy: Wire<'Prompt'>['created_by'];
  /** How many change requests about it are open. */
  readonly openChangeRequests: number;
}

/** The columns of `PromptRow`, of a table or alias named `p`. Times are texts: a JavaScript Date would lose their microseconds. */
export const promptColumns = sql`
  p.id, p.team_id AS "teamId", p.slug, p.name, p.description, p.status,
  wire_time(p.created_at) AS "createdAt", wire_time(p.updated_at) AS "updatedAt",
  p.folder, p.contract, ${authorColumn('p')} AS "createdBy",
  p.open_change_requests AS "openChangeRequests"`;

export function promptOnWire(prompt: PromptRow): Wire<'Prompt'> {
  return {
    id: prompt.id,
    team_id: prompt.teamId,
    slug: prompt.slug,
    name: prompt.name,
    description: prompt.description,
    status: prompt.status,
    created_at: prompt.createdAt,
    updated_at: prompt.updatedAt,
    folder: prompt.folder,
    contract: prompt.contract,
    created_by: prompt.createdBy,
  };
}
