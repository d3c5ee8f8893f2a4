/** The rows of policies, and what the gate reads to judge by them. */
import type { OrganizationId, PromptId, TeamId } from '@px0/contracts';
import { onlyRow, type Reader, type Sql, sql } from '@px0/owner';
import type { JudgingPolicy } from './policy-row.ts';
import type { PostedChecks } from './requirements.ts';

/**
 * The enabled policies of a team and of its organization: at most 70. Those of the organization first, then by name. As one JSON value: it is read
 * with every change that they may guard.
 */
export async function policiesFor(
  reader: Reader,
  teamId: TeamId,
  orgId: OrganizationId | undefined,
): Promise<JudgingPolicy[]> {
  return (await policiesAnd(reader, teamId, orgId)).policies;
}

/** As `policiesFor`, with a JSON value that is read beside them. */
export async function policiesAnd(
  reader: Reader,
  teamId: TeamId,
  orgId: OrganizationId | undefined,
  posted: Sql = sql`NULL::json`,
): Promise<{ readonly policies: JudgingPolicy[]; readonly posted: PostedChecks | null }> {
  return onlyRow(
    await reader.query<{ policies: JudgingPolicy[]; posted: PostedChecks | null }>(sql`
      SELECT coalesce(json_agg(
          json_build_object('id', y.id, 'name', y.name, 'teamId', y.team_id, 'rule', y.rule)
          ORDER BY y.team_id IS NOT NULL, y.name COLLATE "C", y.id), '[]') AS policies,
        ${posted} AS posted
      FROM prompt_policies y
      WHERE y.enabled AND (y.team_id = ${teamId}::uuid OR y.org_id = ${orgId ?? null}::uuid)`),
  );
}

/**
 * Whether the version stopped being live within the last 30 days, in this team: what was live elsewhere, no policy of this team has let
 * pass.
 */
export async function wasLiveLately(
  reader: Reader,
  promptId: PromptId,
  teamId: TeamId,
  version: number,
): Promise<boolean> {
  const [found] = await reader.query(sql`
    SELECT FROM audit_entries e
    WHERE e.prompt_id = ${promptId}::uuid AND e.team_id = ${teamId}::uuid AND e.at > now() - interval '30 days'
      AND ((e.action = 'version.demoted' AND e.version = ${version}::int)
        OR (e.action = 'version.promoted' AND (e.detail ->> 'replaced')::int = ${version}::int))
    LIMIT 1`);
  return found !== undefined;
}
