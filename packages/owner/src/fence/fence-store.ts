/** The fence row. */
import { type Epoch, laterThan } from '@px0/event-bus/internal';
import type pg from 'pg';
import type { DatabaseIdentity } from './database-identity.ts';
import type { Fence } from './judge.ts';

/**
 * A return raises all later revisions by so much, and to its epoch at least. What was lost had revisions, too, which clients and caches remember; more
 * writes of one entity than this are not lost in one failover, nor more than one in each millisecond that epochs count. A database may lose
 * the return itself, with what it had raised, but not the epoch, which is in the stream.
 */
const REVISIONS_SKIPPED = 1_000_000;

export interface BeginReturn {
  readonly identity: DatabaseIdentity & { readonly timeline: number };
  /** The latest epoch that is known. */
  readonly epoch: Epoch;
  /** SQL of the service for rows that are older than what clients have seen. */
  readonly afterReturn: string;
  /** The row that was judged; undefined when an operator decides. */
  readonly judged: Fence | undefined;
}

const FENCE = `system_identifier as system, timeline, went_back as "wentBack"`;

export class FenceStore {
  readonly #pool: Pick<pg.Pool, 'query' | 'connect'>;

  constructor(pool: Pick<pg.Pool, 'query' | 'connect'>) {
    this.#pool = pool;
  }

  async read(): Promise<Fence> {
    const { rows } = await this.#pool.query<Fence>(`select ${FENCE} from database_fence`);
    return rows[0] ?? { system: '', timeline: 0, wentBack: '' };
  }

  /** Notes the server that rows are published from, unless another replica has noted another one since `judged` was read. */
  async accept({ system, timeline }: DatabaseIdentity, judged: Fence): Promise<void> {
    if (judged.system === system && judged.timeline === timeline) return;
    await this.#pool.query(
      `insert into database_fence as f (system_identifier, timeline) values ($1, $2)
       on conflict (only_row) do update
         set system_identifier = excluded.system_identifier, timeline = excluded.timeline, changed_at = clock_timestamp()
       where f.system_identifier = $3 and f.timeline = $4`,
      [system, timeline, judged.system, judged.timeline],
    );
  }

  /**
   * Makes the database's state the one that counts: from now on readers must be in an epoch later than `epoch` that says so. False when
   * another replica has changed the fence since it was judged.
   */
  async beginReturn({ identity, epoch, afterReturn, judged }: BeginReturn): Promise<boolean> {
    const client = await this.#pool.connect();
    try {
      await client.query('begin');
      await client.query('set local statement_timeout = 0');
      await client.query('insert into database_fence default values on conflict do nothing');
      const { rows } = await client.query<Fence>(`select ${FENCE} from database_fence for update`);
      const present = rows[0];
      const isAsJudged =
        judged === undefined ||
        (judged.system === present?.system &&
          judged.timeline === present.timeline &&
          judged.wentBack === present.wentBack);
      if (isAsJudged) {
        const wentBack = laterThan(epoch, present?.wentBack ?? '');
        await client.query(
          `update outbox_control set revision_floor = greatest($2::bigint,
             greatest(revision_floor, (select coalesce(max(revision), 0) from outbox)) + $1::bigint)`,
          [REVISIONS_SKIPPED, wentBack],
        );
        if (afterReturn !== '') await client.query(afterReturn);
        await client.query(
          `update database_fence
           set system_identifier = $1, timeline = $2, went_back = $3, changed_at = clock_timestamp()`,
          [identity.system, identity.timeline, wentBack],
        );
      }
      await client.query('commit');
      return isAsJudged;
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}
