/** Renders per prompt version and hour, with their latencies, summed up from the windows that render processes send. */
import type { PromptId, QueryOf, routes } from '@px0/contracts';
import type { Db, Tx } from '../database/db.ts';

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

export class UsageStore {
  /** False when the window was counted before. */
  async claim(tx: Tx, { process, window }: CountedWindow): Promise<boolean> {
    const inserted = await tx.$executeRaw`
      insert into usage_windows (process, window_number) values (${process}, ${window}::bigint) on conflict do nothing`;
    return inserted === 1;
  }

  /** Adds a window's counts; what belongs to prompts that are gone is dropped. */
  async add(tx: Tx, { startedAt, counts }: CountedWindow): Promise<void> {
    const rows = counts.map(({ promptId, ...count }) => ({ prompt_id: promptId, ...count }));
    await tx.$executeRaw`
      insert into render_usage as u (prompt_id, version, hour, renders, failures, latencies)
      select c.prompt_id, c.version, date_trunc('hour', ${startedAt}::timestamptz, 'UTC'),
             sum(c.renders), sum(c.failures), sum_counts(c.latencies)
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as c (prompt_id uuid, version int, renders bigint, failures bigint, latencies bigint[])
      join prompts p on p.id = c.prompt_id
      group by c.prompt_id, c.version
      order by c.prompt_id, c.version
      on conflict (prompt_id, hour, version) do update
        set renders = u.renders + excluded.renders, failures = u.failures + excluded.failures,
            latencies = add_counts(u.latencies, excluded.latencies)`;
  }

  /** By time, then version, both ascending. */
  async spans(db: Db, promptId: PromptId, { from, to, step }: UsageRange): Promise<UsageSpan[]> {
    return db.$queryRaw<UsageSpan[]>`
      select wire_time(span) as hour, version, renders, failures, latencies
      from (
        select date_trunc(${step}, hour, 'UTC') as span, version, sum(renders)::float8 as renders,
               sum(failures)::float8 as failures, sum_counts(latencies)::float8[] as latencies
        from render_usage
        where prompt_id = ${promptId}::uuid and hour >= ${from.toISOString()}::timestamptz and hour < ${to.toISOString()}::timestamptz
        group by 1, 2
      ) as spans
      order by span, version`;
  }

  /** Drops what is older than the retention. Keys of windows need to be known only while the stream may repeat them: a day. */
  async expire(db: Db, retentionDays: number): Promise<void> {
    await db.$executeRaw`delete from render_usage where hour < now() - ${retentionDays}::int * interval '1 day'`;
    await db.$executeRaw`delete from usage_windows where counted_at < now() - interval '2 days'`;
  }
}
