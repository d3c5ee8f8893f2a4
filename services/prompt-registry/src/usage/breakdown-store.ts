/** Which keys render a prompt's versions, and why renders fail. */
import type { PromptId, Wire } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import { firstDay } from '../usage-days/mod.ts';
import { NO_KEY } from './counted-window.ts';

type Breakdown = Wire<'UsageBreakdown'>;

/** Entries of an answer; the latest callers and the most frequent reasons are shown. */
const MOST_CALLERS = 1_000;
const MOST_REASONS = 100;

/** One entry for each key and version; the latest first. */
export function promptCallers(
  reader: Reader,
  promptId: PromptId,
  days: number,
): Promise<Breakdown['callers']> {
  return reader.query<Breakdown['callers'][number]>(sql`
    SELECT nullif(api_key_id, ${NO_KEY}::uuid) AS api_key_id, version, sum(renders)::float8 AS renders,
           sum(failures)::float8 AS failures, wire_time(max(last_seen_at)) AS last_seen_at
    FROM key_usage
    WHERE prompt_id = ${promptId}::uuid AND day >= ${firstDay(days)}
    GROUP BY key_usage.api_key_id, version
    ORDER BY max(key_usage.last_seen_at) DESC, key_usage.api_key_id, version DESC
    LIMIT ${MOST_CALLERS}::int`);
}

/** One entry for each version and reason; the most frequent first. */
export function failureReasons(
  reader: Reader,
  promptId: PromptId,
  days: number,
): Promise<Breakdown['failures']> {
  return reader.query<Breakdown['failures'][number]>(sql`
    SELECT version, nullif(reason, '') AS reason, sum(failures)::float8 AS failures,
           wire_time(max(last_seen_at)) AS last_seen_at
    FROM failure_usage
    WHERE prompt_id = ${promptId}::uuid AND day >= ${firstDay(days)}
    GROUP BY version, failure_usage.reason
    ORDER BY sum(failures) DESC, max(failure_usage.last_seen_at) DESC, version DESC, failure_usage.reason
    LIMIT ${MOST_REASONS}::int`);
}
