/** Keeps writers that add prompts to a team apart from the removal of the team's content. */
import type { TeamId } from '@px0/contracts';
import { onlyRow, type Sql, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';

/** The key of the team's advisory lock: shared by writers that add to the team, exclusive for its deletion. */
export function teamLock(teamId: TeamId): Sql {
  return sql`hashtextextended(${`registry team ${teamId}`}, 0)`;
}

/**
 * True when tenancy has deleted the team. Holds the answer until the transaction ends: a deletion waits for writers that are under
 * way, and finds what they wrote.
 */
export async function isTeamDeleted(change: Change, teamId: TeamId): Promise<boolean> {
  // The lock takes a statement of its own: a statement sees the database as it was before it waited.
  await change.query(sql`SELECT pg_advisory_xact_lock_shared(${teamLock(teamId)})`);
  const rows = await change.query<{ deleted: boolean }>(sql`
    SELECT EXISTS (SELECT FROM deleted_teams WHERE team_id = ${teamId}::uuid) AS deleted`);
  return onlyRow(rows).deleted;
}
