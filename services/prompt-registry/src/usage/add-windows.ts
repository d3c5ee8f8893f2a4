/** Adds the counts of windows to those of prompt versions, and of the services that render them. */
import { type PrivateWriter, sql } from '@px0/owner';
import { reopenedDays } from '../usage-days/mod.ts';
import { detailAdditions } from './add-details.ts';
import type { CountedWindow } from './counted-window.ts';

/** Services of a prompt and day; what further ones render counts as rendered by `OTHERS`. Windows counted at one moment may exceed it by theirs. */
const MOST_SERVICES = 200;
const OTHERS = 'other';
/** Names of variables of a service and version, as many as the SDKs know; further ones are left out. */
const MOST_NAMES = 512;

/** Adds a window's counts, unless it was counted before. One statement, so claim and counts commit together. */
export async function addWindow(
  writer: PrivateWriter,
  { process, window, content }: CountedWindow,
): Promise<void> {
  await writer.writePrivate(sql`
    WITH claimed AS (
      INSERT INTO usage_windows (process, window_number) VALUES (${process}, ${window}::bigint)
      ON CONFLICT DO NOTHING
      RETURNING process),
    taken AS (SELECT ${JSON.stringify(content)}::jsonb AS body FROM claimed),
    ${additions}
    SELECT FROM taken`);
}

const versionExists = sql`EXISTS (
  SELECT FROM prompt_versions v WHERE v.prompt_id = r.prompt_id AND v.version = r.version)`;

/**
 * The part of a statement that adds the bodies of the rows of `taken`. What belongs to prompts that are gone is dropped, and what clients
 * say of versions that do not exist. Rows are written in the order of their keys, so that two statements do not wait for each other.
 */
export const additions = sql`
    contents AS MATERIALIZED (
      SELECT least(started, now()) AS started, least(ended, now()) AS ended, reported, counts, services
      FROM taken t
      CROSS JOIN jsonb_to_record(t.body)
        AS c (started timestamptz, ended timestamptz, reported boolean, counts jsonb, services jsonb)),
    ${reopenedDays},
    counted AS (
      INSERT INTO render_usage AS u (prompt_id, version, hour, renders, failures, latencies)
      SELECT r.prompt_id, r.version, date_trunc('hour', w.started, 'UTC') AS hour,
             sum(r.renders), sum(r.failures), sum_counts(r.latencies)
      FROM contents w
      CROSS JOIN jsonb_to_recordset(w.counts)
        AS r (prompt_id uuid, version int, renders bigint, failures bigint, latencies bigint[])
      JOIN prompts p ON p.id = r.prompt_id
      WHERE NOT w.reported OR ${versionExists}
      GROUP BY r.prompt_id, hour, r.version
      ORDER BY r.prompt_id, hour, r.version
      ON CONFLICT (prompt_id, hour, version) DO UPDATE
        SET renders = u.renders + excluded.renders, failures = u.failures + excluded.failures,
            latencies = add_counts(u.latencies, excluded.latencies)),
    of_services AS MATERIALIZED (
      SELECT r.*, w.started, w.ended, (w.started AT TIME ZONE 'UTC')::date AS day
      FROM contents w
      CROSS JOIN jsonb_to_recordset(w.services)
        AS r (prompt_id uuid, version int, service text, source text, renders bigint, failures bigint,
              service_version text, sdk text, variables text[])
      JOIN prompts p ON p.id = r.prompt_id
      WHERE r.version = 0 OR ${versionExists}),
    known_services AS MATERIALIZED (
      SELECT DISTINCT prompt_id, day, service FROM service_usage
      WHERE (prompt_id, day) IN (SELECT prompt_id, day FROM of_services) AND service <> ${OTHERS}),
    named AS MATERIALIZED (
      SELECT prompt_id, day, service,
             CASE WHEN is_known OR known + row_number() OVER (PARTITION BY prompt_id, day, is_known ORDER BY service)
               <= ${MOST_SERVICES}::int THEN service ELSE ${OTHERS} END AS name
      FROM (
        SELECT DISTINCT prompt_id, day, s.service, k.service IS NOT NULL AS is_known,
               (SELECT count(*) FROM known_services b WHERE b.prompt_id = s.prompt_id AND b.day = s.day) AS known
        FROM of_services s
        LEFT JOIN known_services k USING (prompt_id, day, service)) AS s),
    added_services AS (
      INSERT INTO service_usage AS u (prompt_id, version, service, source, day, renders, failures,
                                      first_seen_at, last_seen_at, service_version, sdk)
      SELECT prompt_id, s.version, n.name, s.source, day, sum(s.renders), sum(s.failures), min(s.started), max(s.ended),
             (array_agg(s.service_version ORDER BY s.ended DESC))[1], (array_agg(s.sdk ORDER BY s.ended DESC))[1]
      FROM of_services s
      JOIN named n USING (prompt_id, day, service)
      GROUP BY prompt_id, day, s.version, n.name, s.source
      ORDER BY prompt_id, day, s.version, n.name, s.source
      ON CONFLICT (prompt_id, day, version, service, source) DO UPDATE
        SET renders = u.renders + excluded.renders, failures = u.failures + excluded.failures,
            first_seen_at = least(u.first_seen_at, excluded.first_seen_at),
            last_seen_at = greatest(u.last_seen_at, excluded.last_seen_at),
            service_version = CASE WHEN excluded.last_seen_at >= u.last_seen_at
              THEN excluded.service_version ELSE u.service_version END,
            sdk = CASE WHEN excluded.last_seen_at >= u.last_seen_at THEN excluded.sdk ELSE u.sdk END),
    given AS MATERIALIZED (
      SELECT prompt_id, s.version, n.name AS service, v.name, max(s.ended) AS seen
      FROM of_services s
      JOIN named n USING (prompt_id, day, service)
      CROSS JOIN unnest(s.variables) AS v (name)
      GROUP BY prompt_id, s.version, n.name, v.name),
    placed AS (
      SELECT g.*, k.name IS NOT NULL AS is_known,
             (SELECT count(*) FROM service_variables b
              WHERE b.prompt_id = g.prompt_id AND b.version = g.version AND b.service = g.service)
             + row_number() OVER (PARTITION BY prompt_id, version, service, k.name IS NOT NULL ORDER BY name) AS place
      FROM given g
      LEFT JOIN service_variables k USING (prompt_id, version, service, name)),
    added_names AS (
      INSERT INTO service_variables AS v (prompt_id, version, service, name, last_seen_at)
      SELECT prompt_id, version, service, name, seen FROM placed
      WHERE is_known OR place <= ${MOST_NAMES}::int
      ORDER BY prompt_id, version, service, name
      -- An hour: most names are known already, and need not be written with each window.
      ON CONFLICT (prompt_id, version, service, name) DO UPDATE SET last_seen_at = excluded.last_seen_at
        WHERE v.last_seen_at < excluded.last_seen_at - interval '1 hour'),
    ${detailAdditions}`;
