/** Renders per prompt version and hour, with their latencies, summed up from the windows that render processes send. */
import type { PromptId, QueryOf, routes } from '@px0/contracts';
import { type PrivateWriter, type Reader, sql } from '@px0/owner';

export interface CountedWindow {
  readonly process: string;
  readonly window: number;
  /** When the window began. */
  readonly startedAt: string;
  readonly counts: readonly VersionCount[];
}

export interface VersionCount {
  readonly promptId: PromptId;
  readonly version: number;
  readonly renders: number;
  readonly failures: number;
  /** One count for each of the contract's latency buckets. */
  readonly latencies: readonly number[];
}

/** The length of time over which usage is summed up. */
export type UsageStep = NonNullable<QueryOf<typeof routes.getPromptUsage>['step']>;

export interface UsageSpan {
  /** When the hour or the day (in UTC) began. */
  readonly hour: string;
  readonly version: number;
  readonly renders: number;
  readonly failures: number;
  readonly latencies: readonly number[];
}

export interface UsageRange {
  readonly from: Date;
  /** Not included. */
  readonly to: Date;
  readonly step: UsageStep;
}

/**
 * Adds a window's counts, unless it was counted before; what belongs to prompts that are gone is dropped. One statement, so claim and
 * counts commit together.
 */
export async function addWindow(
  writer: PrivateWriter,
  { process, window, startedAt, counts }: CountedWindow,
): Promise<void> {
  const rows = counts.map(({ promptId, ...count }) => ({ prompt_id: promptId, ...count }));
  await writer.writePrivate(sql`
    WITH claimed AS (
      INSERT INTO usage_windows (process, window_number) VALUES (${process}, ${window}::bigint)
      ON CONFLICT DO NOTHING
      RETURNING process)
    INSERT INTO render_usage AS u (prompt_id, version, hour, renders, failures, latencies)
    SELECT c.prompt_id, c.version, date_trunc('hour', ${startedAt}::timestamptz, 'UTC'),
           sum(c.renders), sum(c.failures), sum_counts(c.latencies)
    FROM claimed
    CROSS JOIN jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS c (prompt_id uuid, version int, renders bigint, failures bigint, latencies bigint[])
    JOIN prompts p ON p.id = c.prompt_id
    GROUP BY c.prompt_id, c.version
    ORDER BY c.prompt_id, c.version
    ON CONFLICT (prompt_id, hour, version) DO UPDATE
      SET renders = u.renders + excluded.renders, failures = u.failures + excluded.failures,
          latencies = add_counts(u.latencies, excluded.latencies)`);
}

/** By time, then version, both ascending. */
export function usageSpans(
  reader: Reader,
  promptId: PromptId,
  { from, to, step }: UsageRange,
): Promise<UsageSpan[]> {
  return reader.query<UsageSpan>(sql`
    SELECT wire_time(span) AS hour, version, renders, failures, latencies
    FROM (
      SELECT date_trunc(${step}, hour, 'UTC') AS span, version, sum(renders)::float8 AS renders,
             sum(failures)::float8 AS failures, sum_counts(latencies)::float8[] AS latencies
      FROM render_usage
      WHERE prompt_id = ${promptId}::uuid AND hour >= ${from.toISOString()}::timestamptz AND hour < ${to.toISOString()}::timestamptz
      GROUP BY 1, 2
    ) AS spans
    ORDER BY span, version`);
}

/** Drops what is older than the retention. Windows must be known only while the stream may repeat them: a day. */
export async function deleteExpired(writer: PrivateWriter, retentionDays: number): Promise<void> {
  await writer.writePrivate(
    sql`DELETE FROM render_usage WHERE hour < now() - ${retentionDays}::int * interval '1 day'`,
  );
  await writer.writePrivate(sql`DELETE FROM usage_windows WHERE counted_at < now() - interval '2 days'`);
}
