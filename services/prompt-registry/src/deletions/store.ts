/** The rows of teams that tenancy has deleted, and the removal of what belonged to them in bounded steps. */
import type { PromptId, TeamId } from '@px0/contracts';
import { sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import { teamLock } from '../prompts/mod.ts';

export interface VersionKey {
  readonly promptId: PromptId;
  readonly number: number;
}

/** Waits for writers that are adding to the team; later ones are refused. */
export async function addDeletedTeam(change: Change, teamId: TeamId): Promise<void> {
  await change.query(sql`SELECT pg_advisory_xact_lock(${teamLock(teamId)})`);
  await change.writePrivate(
    sql`INSERT INTO deleted_teams (team_id) VALUES (${teamId}::uuid) ON CONFLICT DO NOTHING`,
  );
}

/** A team whose content is not gone yet and that no other replica works on. Held until the transaction ends. */
export async function claimTeam(change: Change): Promise<TeamId | undefined> {
  const [team] = await change.query<{ teamId: TeamId }>(sql`
    SELECT team_id AS "teamId" FROM deleted_teams WHERE finished_at IS NULL
    ORDER BY deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED`);
  return team?.teamId;
}

/**
 * Versions of the team's newest prompts. Prompt by prompt, so that at most one of them stays behind with a part of its versions, which is
 * a state to publish.
 */
export function deleteVersions(change: Change, teamId: TeamId, limit: number): Promise<VersionKey[]> {
  return change.write<VersionKey>(
    'prompt',
    ({ promptId }) => promptId,
    sql`
      DELETE FROM prompt_versions WHERE id IN (
        SELECT v.id
        FROM (
          SELECT id, created_at FROM prompts WHERE team_id = ${teamId}::uuid
          ORDER BY created_at DESC, id LIMIT ${limit}::int
        ) AS p
        JOIN prompt_versions v ON v.prompt_id = p.id
        ORDER BY p.created_at DESC, p.id
        LIMIT ${limit}::int)
      RETURNING prompt_id AS "promptId", version AS number`,
  );
}

/** Prompts without versions; what else belongs to them goes along. Returns how many went. */
export async function deletePrompts(change: Change, teamId: TeamId, limit: number): Promise<number> {
  const gone = await change.write<{ id: PromptId }>(
    'prompt',
    ({ id }) => id,
    sql`
      WITH gone AS (
        DELETE FROM prompts WHERE id IN (
          SELECT p.id FROM prompts p
          WHERE p.team_id = ${teamId}::uuid AND NOT EXISTS (SELECT FROM prompt_versions v WHERE v.prompt_id = p.id)
          LIMIT ${limit}::int)
        RETURNING id),
      audit AS (DELETE FROM audit_entries WHERE prompt_id IN (SELECT id FROM gone)),
      usage AS (DELETE FROM render_usage WHERE prompt_id IN (SELECT id FROM gone))
      SELECT id FROM gone`,
  );
  return gone.length;
}

/** Nothing of the team is left. */
export async function finishTeam(change: Change, teamId: TeamId): Promise<void> {
  await change.writePrivate(
    sql`UPDATE deleted_teams SET finished_at = now() WHERE team_id = ${teamId}::uuid`,
  );
}
