/** Renders per prompt version and hour, with their latencies, summed up from windows. */
import type { PromptId, QueryOf, routes } from '@px0/contracts';
import { type PrivateWriter, type Reader, sql } from '@px0/owner';

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
  const retention = sql`${retentionDays}::int * interval '1 day'`;
  await writer.writePrivate(sql`DELETE FROM render_usage WHERE hour < now() - ${retention}`);
  await writer.writePrivate(sql`DELETE FROM render_usage_days WHERE day < (now() - ${retention})::date`);
  await writer.writePrivate(sql`DELETE FROM summed_usage_days WHERE day < (now() - ${retention})::date`);
  await writer.writePrivate(sql`DELETE FROM service_usage WHERE day < (now() - ${retention})::date`);
  await writer.writePrivate(sql`DELETE FROM key_usage WHERE day < (now() - ${retention})::date`);
  await writer.writePrivate(sql`DELETE FROM failure_usage WHERE day < (now() - ${retention})::date`);
  await writer.writePrivate(sql`DELETE FROM service_variables WHERE last_seen_at < now() - ${retention}`);
  await writer.writePrivate(sql`DELETE FROM usage_windows WHERE counted_at < now() - interval '2 days'`);
  await writer.writePrivate(
    sql`DELETE FROM reporting_processes WHERE counted_at < now() - interval '2 days'`,
  );
  // What could not be counted until then never will be.
  await writer.writePrivate(sql`DELETE FROM reported_windows WHERE received_at < now() - interval '2 days'`);
}
