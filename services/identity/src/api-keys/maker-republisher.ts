/**
 * The loop that publishes API keys again whose events do not name their maker: those of before the upgrade, and those that a process of the
 * release before publishes during a rolling deployment or after a way back.
 */
import { stateSubject } from '@px0/contracts';
import { type BackgroundOptions, onlyRow, type Progress, sql } from '@px0/owner';
import { type Change, type Changes, systemActor } from '../changes/mod.ts';

/** Keys in a step. */
const STEP_SIZE = 200;
/** What finds something is a deployment, after which it looks at once. */
const PAUSE_MS = 300_000;
/** A transaction may commit so much later than it wrote. */
const SLOWEST_COMMIT = '10 minutes';

export function makerRepublisher(changes: Changes): Omit<BackgroundOptions, 'logger'> {
  /** What was published before has been looked at: only the first look of a process goes through the events of all keys. */
  let seenUntil = '-infinity';
  const step = async (): Promise<Progress> => {
    const found = await changes.make(systemActor, (change) => republishSome(change, seenUntil), 'relay');
    if (found.count >= STEP_SIZE) return 'more';
    seenUntil = found.at;
    return 'none';
  };
  return { name: 'maker republisher', step, pauseMs: PAUSE_MS, jitter: 0.2 };
}

/** The events are not parsed: what has no backslash before its quotes is no part of a name. */
async function republishSome(change: Change, since: string): Promise<{ at: string; count: number }> {
  const { at } = onlyRow(
    await change.query<{ at: string }>(
      sql`SELECT (clock_timestamp() - ${SLOWEST_COMMIT}::interval)::text AS at`,
    ),
  );
  // Writing the row as it is names the key to the change, which publishes what differs from what was published.
  const written = await change.write<{ id: string }>(
    'apiKey',
    ({ id }) => id,
    sql`
      UPDATE api_keys k SET name = k.name
       WHERE k.id IN (
         SELECT locked.id FROM api_keys locked
           JOIN outbox o ON o.subject = ${stateSubject('apiKey', '')} || locked.id::text
          WHERE o.changed_at > ${since}::timestamptz AND o.payload IS NOT NULL
            AND strpos(o.payload, '"created_by":"') = 0
          LIMIT ${STEP_SIZE}::int FOR NO KEY UPDATE OF locked SKIP LOCKED)
      RETURNING k.id::text AS id`,
  );
  return { at, count: written.length };
}
