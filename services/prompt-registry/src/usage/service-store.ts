/** Which services render which versions. */
import type { PromptId, TeamId, Wire } from '@px0/contracts';
import { empty, type Reader, type Sql, sql } from '@px0/owner';
import { firstDay } from '../usage-days/mod.ts';

/** Entries of an answer; the latest are shown. */
const MOST_ENTRIES = 1_000;

export interface ServiceRange {
  /** Today (in UTC) included. */
  readonly days: number;
  /** Undefined: all, and fallbacks. */
  readonly version: number | undefined;
}

/** One entry for each service, version and source; the latest first. */
export function promptServices(
  reader: Reader,
  promptId: PromptId,
  { days, version }: ServiceRange,
): Promise<Wire<'PromptService'>[]> {
  return reader.query<Wire<'PromptService'>>(sql`
    SELECT u.service, nullif(u.version, 0) AS version, u.source, u.renders::float8, u.failures::float8,
           wire_time(u.first_seen) AS first_seen_at, wire_time(u.last_seen) AS last_seen_at,
           nullif(u.service_version, '') AS service_version, nullif(u.sdk, '') AS sdk,
           ARRAY(SELECT v.name FROM service_variables v
                 WHERE v.prompt_id = ${promptId}::uuid AND v.version = u.version AND v.service = u.service
                   AND v.last_seen_at >= ${firstDay(days)}::timestamp AT TIME ZONE 'UTC'
                 ORDER BY v.name COLLATE "C")::text[] AS variables
    FROM (
      SELECT service, version, source, sum(renders) AS renders, sum(failures) AS failures,
             min(first_seen_at) AS first_seen, max(last_seen_at) AS last_seen,
             (array_agg(service_version ORDER BY last_seen_at DESC))[1] AS service_version,
             (array_agg(sdk ORDER BY last_seen_at DESC))[1] AS sdk
      FROM service_usage
      WHERE prompt_id = ${promptId}::uuid AND day >= ${firstDay(days)}
        ${version === undefined ? empty : sql`AND version = ${version}::int`}
      GROUP BY service, version, source
      ORDER BY last_seen DESC, service, version DESC, source
      LIMIT ${MOST_ENTRIES}::int
    ) AS u
    ORDER BY u.last_seen DESC, u.service, u.version DESC, u.source`);
}

/** Of all prompts named `p` that the team has now and the caller sees; the latest first. */
export function teamServices(
  reader: Reader,
  teamId: TeamId,
  days: number,
  seen: Sql,
): Promise<Wire<'TeamService'>[]> {
  return reader.query<Wire<'TeamService'>>(sql`
    SELECT u.service, count(DISTINCT u.prompt_id)::int AS prompts, sum(u.renders)::float8 AS renders,
           wire_time(max(u.last_seen_at)) AS last_seen_at,
           nullif((array_agg(u.sdk ORDER BY u.last_seen_at DESC))[1], '') AS sdk,
           coalesce(sum(u.renders) FILTER (WHERE u.version = 0), 0)::float8 AS fallbacks
    FROM prompts p
    JOIN service_usage u ON u.prompt_id = p.id AND u.day >= ${firstDay(days)}
    WHERE p.team_id = ${teamId}::uuid AND ${seen}
    GROUP BY u.service
    ORDER BY max(u.last_seen_at) DESC, u.service
    LIMIT ${MOST_ENTRIES}::int`);
}
