/** How often the prompts of a team are rendered: all of them by day, and those that stand out. */
import type { TeamId, Wire } from '@px0/contracts';
import { type Reader, type Sql, sql } from '@px0/owner';
import { firstDay, usageByDay } from '../usage-days/mod.ts';

const MOST_RANKED = 20;
const MOST_UNUSED = 100;

type TeamUsage = Wire<'TeamUsage'>;

/** Of the prompts named `p` that the team has now and the caller sees. */
export async function teamUsage(
  reader: Reader,
  teamId: TeamId,
  days: number,
  seen: Sql = sql`TRUE`,
): Promise<TeamUsage> {
  const [usage] = await reader.query<TeamUsage>(teamUsageStatement(teamId, days, seen));
  if (usage === undefined) throw new Error('an aggregate has one row');
  return usage;
}

/** Exported for the test that explains it. */
export function teamUsageStatement(teamId: TeamId, days: number, seen: Sql = sql`TRUE`): Sql {
  const shown = sql`(
    json_build_object(
      'prompt_id', s.id, 'slug', s.slug, 'name', s.name, 'status', s.status,
      'live_version', (SELECT v.version FROM prompt_versions v WHERE v.prompt_id = s.id AND v.status = 'live'),
      'renders', s.renders, 'failures', s.failures,
      'last_rendered_at', (
        SELECT wire_time(u.hour) FROM render_usage u WHERE u.prompt_id = s.id ORDER BY u.hour DESC LIMIT 1),
      'created_at', wire_time(s.created_at)))`;
  return sql`
    WITH own AS MATERIALIZED (
      SELECT p.id, p.slug, p.name, p.status, p.created_at FROM prompts p WHERE p.team_id = ${teamId}::uuid AND ${seen}),
    by_day AS MATERIALIZED (${usageByDay(sql`own AS p`, days)}),
    sums AS MATERIALIZED (
      SELECT o.*, coalesce(u.renders, 0) AS renders, coalesce(u.failures, 0) AS failures
      FROM own o
      LEFT JOIN (
        SELECT prompt_id, sum(renders) AS renders, sum(failures) AS failures FROM by_day GROUP BY prompt_id
      ) AS u ON u.prompt_id = o.id),
    idle AS MATERIALIZED (SELECT * FROM sums WHERE status = 'active' AND renders = 0 AND failures = 0)
    SELECT
      (SELECT coalesce(sum(renders), 0) FROM sums)::float8 AS renders,
      (SELECT coalesce(sum(failures), 0) FROM sums)::float8 AS failures,
      (SELECT json_agg(
         json_build_object('day', d.day, 'renders', coalesce(u.renders, 0), 'failures', coalesce(u.failures, 0)) ORDER BY d.day)
       FROM (
         SELECT d::date AS day
         FROM generate_series(${firstDay(days)}::timestamp, now() AT TIME ZONE 'UTC', interval '1 day') AS d) AS d
       LEFT JOIN (SELECT day, sum(renders) AS renders, sum(failures) AS failures FROM by_day GROUP BY day) AS u
         ON u.day = d.day) AS daily,
      (SELECT count(*) FROM sums WHERE renders > 0 OR failures > 0)::int AS rendered_prompts,
      (SELECT count(*) FROM idle)::int AS unused_prompts,
      (SELECT coalesce(json_agg(${shown} ORDER BY s.renders DESC, s.slug), '[]') FROM (
         SELECT * FROM sums WHERE renders > 0 ORDER BY renders DESC, slug LIMIT ${MOST_RANKED}::int) AS s) AS most_rendered,
      (SELECT coalesce(json_agg(${shown} ORDER BY s.failures DESC, s.slug), '[]') FROM (
         SELECT * FROM sums WHERE failures > 0 ORDER BY failures DESC, slug LIMIT ${MOST_RANKED}::int) AS s) AS most_failing,
      (SELECT coalesce(json_agg(${shown} ORDER BY s.has_live DESC, s.created_at, s.slug), '[]') FROM (
         SELECT i.*, EXISTS (
           SELECT FROM prompt_versions v WHERE v.prompt_id = i.id AND v.status = 'live') AS has_live
         FROM idle i ORDER BY has_live DESC, i.created_at, i.slug LIMIT ${MOST_UNUSED}::int) AS s) AS unused`;
}
