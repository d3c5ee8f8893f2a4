/** The rows of teams that tenancy has deleted, and the removal of what belonged to them in bounded steps. */
import type { OrganizationId, PromptId, TeamId } from '@px0/contracts';
import { finds, sql } from '@px0/owner';
import type { Change } from '../changes/mod.ts';
import type { Permit } from '../policies/mod.ts';
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

/** With the team's lock held, so that nobody adds another one. */
export async function deletePoliciesOfTeam(change: Change, teamId: TeamId): Promise<void> {
  await change.writePrivate(sql`DELETE FROM prompt_policies WHERE team_id = ${teamId}::uuid`);
}

export async function deletePoliciesOfOrg(change: Change, orgId: OrganizationId): Promise<void> {
  await change.writePrivate(sql`DELETE FROM prompt_policies WHERE org_id = ${orgId}::uuid`);
}

/** Whether there is a team whose content is not gone yet. */
export const TEAMS_ARE_LEFT = finds(
  'SELECT 1 FROM deleted_teams WHERE finished_at IS NULL ORDER BY deleted_at',
);

/** A team whose content is not gone yet and that no other replica works on. Held until the transaction ends. */
export async function claimTeam(change: Change): Promise<TeamId | undefined> {
  const [team] = await change.query<{ teamId: TeamId }>(sql`
    SELECT team_id AS "teamId" FROM deleted_teams WHERE finished_at IS NULL
    ORDER BY deleted_at LIMIT 1 FOR UPDATE SKIP LOCKED`);
  return team?.teamId;
}

/**
 * The team's newest prompts, each locked as its other writers lock it: one that is being moved to another team leaves before its content
 * could be deleted. None: the team has no prompts left, since no prompt is added to a deleted team.
 */
export async function lockPrompts(change: Change, teamId: TeamId, limit: number): Promise<PromptId[]> {
  const rows = await change.query<{ id: PromptId }>(sql`
    SELECT id FROM prompts WHERE team_id = ${teamId}::uuid
    ORDER BY created_at DESC, id LIMIT ${limit}::int FOR NO KEY UPDATE`);
  return rows.map(({ id }) => id);
}

/**
 * Versions of these prompts, which are locked. Prompt by prompt, so that at most one of them stays behind with a part of its versions, which
 * is a state to publish.
 */
export function deleteVersions(
  change: Change,
  promptIds: readonly PromptId[],
  limit: number,
  _permit: Permit,
): Promise<VersionKey[]> {
  return change.write<VersionKey>(
    'prompt',
    ({ promptId }) => promptId,
    sql`
      DELETE FROM prompt_versions WHERE id IN (
        SELECT v.id
        FROM (
          SELECT id, created_at FROM prompts WHERE id = ANY(${[...promptIds]}::uuid[])
          ORDER BY created_at DESC, id LIMIT ${promptIds.length}::int
        ) AS p
        JOIN prompt_versions v ON v.prompt_id = p.id
        ORDER BY p.created_at DESC, p.id
        LIMIT ${limit}::int)
      RETURNING prompt_id AS "promptId", version AS number`,
  );
}

/** Those of these prompts, which are locked, that have no versions; what else belongs to them goes along. */
export async function deletePrompts(
  change: Change,
  promptIds: readonly PromptId[],
  _permit: Permit,
): Promise<void> {
  await change.write<{ id: PromptId }>(
    'prompt',
    ({ id }) => id,
    sql`
      WITH gone AS (
        DELETE FROM prompts p
        WHERE p.id = ANY(${[...promptIds]}::uuid[])
          AND NOT EXISTS (SELECT FROM prompt_versions v WHERE v.prompt_id = p.id)
        RETURNING id),
      usage AS (DELETE FROM render_usage WHERE prompt_id IN (SELECT id FROM gone)),
      usage_days AS (DELETE FROM render_usage_days WHERE prompt_id IN (SELECT id FROM gone))
      SELECT id FROM gone`,
  );
}

/** Nothing of the team is left. */
export async function finishTeam(change: Change, teamId: TeamId): Promise<void> {
  await change.writePrivate(
    sql`UPDATE deleted_teams SET finished_at = now() WHERE team_id = ${teamId}::uuid`,
  );
}
