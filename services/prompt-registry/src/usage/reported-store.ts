/** Windows that applications reported, until they are counted. */
import { type PrivateWriter, type Reader, sql } from '@px0/owner';
import { additions } from './add-windows.ts';
import type { CountedWindow } from './counted-window.ts';

/** What may wait of one owner: with one report a minute from each of 10,000 processes, a minute. More is given up. */
const MOST_WAITING = 10_000;
const MOST_WAITING_BYTES = 64 * 1024 * 1024;
/**
 * What the numbers of a process' windows may take: some hundred gaps. Of a process with more of them, all numbers up to the latest count as
 * taken: a window is rather lost than counted twice.
 */
const LARGEST_GAPS = 4_096;
/** What one turn takes, at least one window: some hundredths of a second for the database. */
const WINDOWS_OF_A_TURN = 100;
const BYTES_OF_A_TURN = 256 * 1024;

/** Puts windows down that were not put down before. Returns how many were given up, since too many of their owner wait. */
export async function keepReported(
  writer: PrivateWriter,
  windows: readonly (CountedWindow & { readonly owner: string })[],
): Promise<number> {
  const rows = windows.map(({ process, window, owner, content }) => ({ process, window, owner, content }));
  const refused = await writer.writePrivate<{ owner: string }>(sql`
    WITH arrived AS MATERIALIZED (
      SELECT DISTINCT ON (process, "window") process, "window", owner, content
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS a (process text, "window" bigint, owner text, content jsonb)
      ORDER BY process, "window"),
    claimed AS (
      INSERT INTO reporting_processes AS p (process, windows, added)
      SELECT process, numbers, numbers
      FROM (SELECT process, range_agg(int8range("window", "window", '[]')) AS numbers FROM arrived GROUP BY process) AS a
      ORDER BY process
      ON CONFLICT (process) DO UPDATE
        SET windows = CASE WHEN pg_column_size(p.windows) < ${LARGEST_GAPS}::int THEN p.windows + excluded.windows
              ELSE int8multirange(range_merge(p.windows + excluded.windows)) END,
            added = excluded.windows - p.windows,
            counted_at = now()
      RETURNING process, added),
    full_owners AS MATERIALIZED (
      SELECT owner FROM reported_windows
      WHERE owner IN (SELECT owner FROM arrived)
      GROUP BY owner
      HAVING count(*) >= ${MOST_WAITING}::int OR sum(bytes) >= ${MOST_WAITING_BYTES}::int),
    kept AS (
      INSERT INTO reported_windows (owner, body, bytes)
      SELECT a.owner, a.content, octet_length(a.content::text)
      FROM arrived a
      JOIN claimed c ON c.process = a.process AND c.added @> a."window"
      WHERE a.owner NOT IN (SELECT owner FROM full_owners))
    SELECT a.owner FROM arrived a
    JOIN claimed c ON c.process = a.process AND c.added @> a."window"
    JOIN full_owners f ON f.owner = a.owner`);
  return refused.length;
}

/** Whether windows wait. */
export const REPORTED_WAIT = 'EXISTS (SELECT FROM reported_windows)';

/** The owner after this one, in a circle, whose windows wait. */
export async function nextOwner(reader: Reader, latest: string): Promise<string | undefined> {
  const [next] = await reader.query<{ owner: string }>(sql`
    (SELECT 1 AS lap, owner FROM reported_windows WHERE owner > ${latest} ORDER BY owner LIMIT 1)
    UNION ALL
    (SELECT 2, owner FROM reported_windows ORDER BY owner LIMIT 1)
    ORDER BY lap LIMIT 1`);
  return next?.owner;
}

/** Counts an owner's oldest windows that nobody else is counting, and forgets them with that. Returns how many. */
export async function countTurn(writer: PrivateWriter, owner: string): Promise<number> {
  const taken = await writer.writePrivate<{ id: string }>(sql`
    WITH oldest AS MATERIALIZED (
      SELECT id, bytes FROM reported_windows WHERE owner = ${owner}
      ORDER BY id LIMIT ${WINDOWS_OF_A_TURN}::int FOR UPDATE SKIP LOCKED),
    taken AS (
      DELETE FROM reported_windows
      WHERE id IN (
        SELECT id FROM (SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM oldest) AS o
        WHERE before < ${BYTES_OF_A_TURN}::int)
      RETURNING id, body),
    ${additions}
    SELECT id FROM taken`);
  return taken.length;
}
