/**
 * Renders per prompt and day (in UTC). Days that are over are summed once; the others are added up from their hours, a few for each prompt.
 * See docs/decisions/214-lists-by-change-and-usage.md.
 */
import { type PrivateWriter, type Sql, sql } from '@px0/owner';

/** Renders count late for a day or two: reports of applications, and what a stopped registry has not counted yet. */
const OPEN_DAYS = 3;

/** The first of so many days, today included. */
export const firstDay = (days: number): Sql => sql`((now() AT TIME ZONE 'UTC')::date - ${days - 1}::int)`;

/**
 * A query for `prompt_id`, `day`, `renders` and `failures` of the days since the first one that have renders. `prompts`: a relation `p` with
 * the column `id`.
 */
export function usageByDay(prompts: Sql, days: number): Sql {
  return sql`
    SELECT p.id AS prompt_id, d.day, d.renders, d.failures
    FROM ${prompts}
    JOIN render_usage_days d ON d.prompt_id = p.id AND d.day >= ${firstDay(days)}
    JOIN summed_usage_days s ON s.day = d.day AND s.summed
    UNION ALL
    SELECT p.id, o.day, u.renders, u.failures
    FROM ${prompts}
    CROSS JOIN (
      SELECT d::date AS day FROM generate_series(${firstDay(days)}::timestamp, now() AT TIME ZONE 'UTC', interval '1 day') AS d
      WHERE NOT EXISTS (SELECT FROM summed_usage_days s WHERE s.day = d::date AND s.summed)) AS o
    CROSS JOIN LATERAL (
      SELECT sum(r.renders)::bigint AS renders, sum(r.failures)::bigint AS failures FROM render_usage r
      WHERE r.prompt_id = p.id
        AND r.hour >= o.day::timestamp AT TIME ZONE 'UTC' AND r.hour < (o.day + 1)::timestamp AT TIME ZONE 'UTC') AS u
    WHERE u.renders IS NOT NULL`;
}

/**
 * Part of a statement that counts windows (`contents`): a day for which something counts late is summed anew. Days are locked in their order,
 * which a deletion alone would not keep: two statements that reopen the same days could wait for each other.
 */
export const reopenedDays = sql`
    late AS MATERIALIZED (
      SELECT day FROM summed_usage_days
      WHERE day IN (SELECT (started AT TIME ZONE 'UTC')::date FROM contents)
      ORDER BY day FOR UPDATE),
    reopened AS (DELETE FROM summed_usage_days s USING late WHERE s.day = late.day)`;

/** Sums the latest day that waits for it. Returns whether there was one. */
export async function sumDay(writer: PrivateWriter): Promise<boolean> {
  const summed = await writer.writePrivate(sql`
    WITH claimed AS MATERIALIZED (
      SELECT day FROM summed_usage_days WHERE NOT summed ORDER BY day DESC LIMIT 1 FOR UPDATE SKIP LOCKED),
    sums AS (
      INSERT INTO render_usage_days AS d (prompt_id, day, renders, failures)
      SELECT u.prompt_id, c.day, sum(u.renders), sum(u.failures)
      FROM claimed c
      JOIN render_usage u ON u.hour >= c.day::timestamp AT TIME ZONE 'UTC' AND u.hour < (c.day + 1)::timestamp AT TIME ZONE 'UTC'
      GROUP BY u.prompt_id, c.day
      ORDER BY u.prompt_id
      ON CONFLICT (prompt_id, day) DO UPDATE SET renders = excluded.renders, failures = excluded.failures)
    UPDATE summed_usage_days s SET summed = true FROM claimed c WHERE s.day = c.day RETURNING s.day`);
  return summed.length > 0;
}

/** Puts down the days that are over, back to the retention, and that nobody has put down. Returns whether there were any. */
export async function closeDays(writer: PrivateWriter, retentionDays: number): Promise<boolean> {
  const closed = await writer.writePrivate(sql`
    INSERT INTO summed_usage_days (day)
    SELECT d::date FROM generate_series(
      (now() AT TIME ZONE 'UTC')::date - ${Math.max(retentionDays, OPEN_DAYS)}::int,
      (now() AT TIME ZONE 'UTC')::date - ${OPEN_DAYS}::int, interval '1 day') AS d
    ON CONFLICT DO NOTHING
    RETURNING day`);
  return closed.length > 0;
}
