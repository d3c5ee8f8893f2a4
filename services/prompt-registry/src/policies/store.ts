/** The rows of policies, and what the gate reads to judge by them. */
import type { OrganizationId, PromptId, TeamId } from '@px0/contracts';
import { onlyRow, type Reader, type Sql, sql } from '@px0/owner';
import { LRUCache } from 'lru-cache';
import type { JudgingPolicy } from './policy-row.ts';
import type { PostedChecks } from './requirements.ts';

/** Of teams. A team has at most 70 policies, of some 400 bytes each. */
const KEPT = 200;

interface Kept {
  readonly policies: readonly JudgingPolicy[];
  readonly stamp: string;
}

/** What the gate reads with every change: only what has changed since it looked last is read anew. */
export class Policies {
  readonly #kept = new LRUCache<string, Kept>({ max: KEPT });

  /** The enabled policies of a team and of its organization: at most 70. Those of the organization first, then by name. */
  async of(
    reader: Reader,
    teamId: TeamId,
    orgId: OrganizationId | undefined,
  ): Promise<readonly JudgingPolicy[]> {
    return (await this.and(reader, teamId, orgId)).policies;
  }

  /** As `of`, with a JSON value that is read beside them. */
  async and(
    reader: Reader,
    teamId: TeamId,
    orgId: OrganizationId | undefined,
    posted: Sql = sql`NULL::json`,
  ): Promise<{ readonly policies: readonly JudgingPolicy[]; readonly posted: PostedChecks | null }> {
    const key = `${teamId} ${orgId ?? ''}`;
    const isTheirs = sql`y.enabled AND (y.team_id = ${teamId}::uuid OR y.org_id = ${orgId ?? null}::uuid)`;
    const known = this.#kept.get(key);
    if (known !== undefined) {
      const now = onlyRow(
        await reader.query<{ stamp: string; posted: PostedChecks | null }>(sql`
          SELECT ${stampOfAll} AS stamp, ${posted} AS posted FROM prompt_policies y WHERE ${isTheirs}`),
      );
      if (now.stamp === known.stamp) return { policies: known.policies, posted: now.posted };
    }
    const { posted: read, ...found } = onlyRow(
      await reader.query<Kept & { posted: PostedChecks | null }>(sql`
        SELECT coalesce(json_agg(
            json_build_object('id', y.id, 'name', y.name, 'teamId', y.team_id, 'rule', y.rule)
            ORDER BY y.team_id IS NOT NULL, y.name COLLATE "C", y.id), '[]') AS policies,
          ${stampOfAll} AS stamp, ${posted} AS posted
        FROM prompt_policies y
        WHERE ${isTheirs}`),
    );
    this.#kept.set(key, found);
    return { policies: found.policies, posted: read };
  }
}

/** Another one after every change of a policy: the transaction that wrote each row last, and when, for a database that went back. */
const stampOfAll = sql`
  md5(coalesce(string_agg(concat(y.id, ' ', y.xmin, ' ', y.updated_at), ',' ORDER BY y.id), ''))`;

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
