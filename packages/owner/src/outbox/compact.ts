/**
 * Compaction: removes tombstones older than a week, with their outbox rows. A reader that was away for longer starts anew anyway.
 * Ends by publishing `complete` again: the last message of the stream must not be a removed one, or a starting reader would never
 * reach the last sequence.
 * See docs/decisions/020-epochs.md.
 */

import { type Bus, viewStream } from '@px0/event-bus/internal';
import { StartError } from '@px0/service-kit';
import type pg from 'pg';
import { requireTrusted } from '../fence/require-trusted.ts';
import type { Maintained } from '../maintenance.ts';
import { Outbox } from './outbox.ts';

export interface CompactOptions extends Maintained {
  /** Tombstones older than this are removed. */
  readonly olderThanMs?: number;
}

export interface CompactResult {
  /** Subjects that are gone from stream and outbox. */
  readonly removed: number;
}

const A_WEEK_MS = 7 * 86_400_000;
const PAGE = 500;
/** Purges in flight at a time. */
const PARALLEL = 16;

interface Tombstone {
  readonly subject: string;
  readonly stream: 'state' | 'body';
  readonly revision: number;
  readonly sequence: number;
}

/** Compacts one context. May run while the services run, and again after an interruption. @throws StartError when the database is not trusted */
export async function compact(options: CompactOptions): Promise<CompactResult> {
  const { pool, bus, context, logger, olderThanMs = A_WEEK_MS } = options;
  const view = await viewStream(bus);
  if (view?.mark === undefined)
    throw new StartError('The state stream has no epoch yet: start the services first.');
  await requireTrusted(options, view.mark);
  let removed = 0;
  let after = '';
  for (;;) {
    const page = await oldTombstones(pool, view.mark.epoch, olderThanMs, after);
    for (let start = 0; start < page.length; start += PARALLEL) {
      await Promise.all(page.slice(start, start + PARALLEL).map((tombstone) => purge(bus, tombstone)));
    }
    removed += await forget(pool, page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) break;
    after = last.subject;
  }
  const outbox = new Outbox({ pool, bus, context, logger });
  await outbox.publishCompleteAgain(view.mark);
  logger.info({ context, removed }, 'compacted');
  return { removed };
}

async function oldTombstones(
  pool: pg.Pool,
  epoch: string,
  olderThanMs: number,
  after: string,
): Promise<Tombstone[]> {
  const { rows } = await pool.query<Tombstone>(
    `select subject, stream, revision::float8 as revision, last_sequence::float8 as sequence from outbox
     where deleted and published_revision = revision and epoch = $1 and subject > $3
       and changed_at < clock_timestamp() - $2 * interval '1 ms'
     order by subject limit $4`,
    [epoch, olderThanMs, after, PAGE],
  );
  return rows;
}

/** The stream first: a row without a message is published again when its entity is, a message without a row would never go. */
async function purge(bus: Bus, { stream, subject, sequence }: Tombstone): Promise<void> {
  await bus.purge(stream, subject, sequence + 1);
}

/**
 * Removes the rows that still stand as they did, and raises the floor above their revisions, so that an entity created again under
 * the same key counts on from there: readers that run remember the tombstone. The table lock lasts for this one statement; without it a
 * write that began before could insert with the old floor.
 */
async function forget(pool: pg.Pool, page: readonly Tombstone[]): Promise<number> {
  if (page.length === 0) return 0;
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(`set local lock_timeout = '5s'`);
    await client.query('lock table outbox in share row exclusive mode');
    const { rowCount } = await client.query(
      `with gone as (
         delete from outbox o using unnest($1::text[], $2::bigint[]) as t (subject, revision)
         where o.subject = t.subject and o.revision = t.revision and o.published_revision = o.revision and o.deleted
         returning o.revision),
       floor as (
         update outbox_control set revision_floor = greatest(revision_floor, (select coalesce(max(revision), 0) from gone)))
       select from gone`,
      [page.map(({ subject }) => subject), page.map(({ revision }) => revision)],
    );
    await client.query('commit');
    return rowCount ?? 0;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
