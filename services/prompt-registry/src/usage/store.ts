/** Renders per prompt version and hour, summed up from the windows that render processes send. */
import type { PromptId } from '@px0/contracts';
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
}

export interface UsageHour {
  readonly hour: string;
  readonly version: number;
  readonly renders: number;
  readonly failures: number;
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
    await tx.$executeRaw`
      insert into render_usage as u (prompt_id, version, hour, renders, failures)
      select c.prompt_id, c.version, date_trunc('hour', ${startedAt}::timestamptz, 'UTC'), sum(c.renders), sum(c.failures)
      from unnest(
        ${counts.map(({ promptId }) => promptId)}::uuid[], ${counts.map(({ version }) => version)}::int[],
        ${counts.map(({ renders }) => renders)}::bigint[], ${counts.map(({ failures }) => failures)}::bigint[]
      ) as c (prompt_id, version, renders, failures)
      join prompts p on p.id = c.prompt_id
      group by c.prompt_id, c.version
      order by c.prompt_id, c.version
      on conflict (prompt_id, hour, version) do update
        set renders = u.renders + excluded.renders, failures = u.failures + excluded.failures`;
  }

  /** By hour, then version, both ascending. */
  async hours(db: Db, promptId: PromptId, from: Date, to: Date): Promise<UsageHour[]> {
    return db.$queryRaw<UsageHour[]>`
      select wire_time(hour) as hour, version, renders::float8 as renders, failures::float8 as failures
      from render_usage
      where prompt_id = ${promptId}::uuid and hour >= ${from.toISOString()}::timestamptz and hour < ${to.toISOString()}::timestamptz
      order by render_usage.hour, version`;
  }

  /** Drops what is older than the retention. Keys of windows need to be known only while the stream may repeat them: a day. */
  async expire(db: Db, retentionDays: number): Promise<void> {
    await db.$executeRaw`delete from render_usage where hour < now() - ${retentionDays}::int * interval '1 day'`;
    await db.$executeRaw`delete from usage_windows where counted_at < now() - interval '2 days'`;
  }
}
