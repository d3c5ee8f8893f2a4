/**
 * Waits for the database at start. Services and Postgres start together in any order, so a missing answer is not a failure yet. A
 * wrong password, a missing database or a connection pooler fails at once, because waiting would only hide the cause.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf, refusalOf } from './refusal.ts';
import { requireOwnSession, SessionError } from './session.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/**
 * Resolves with a connection once Postgres answers; the caller releases it.
 *
 * @throws StartError when it refuses for a reason that waiting does not mend, or has not answered within `timeoutMs`
 */
export async function waitForPostgres(
  pool: pg.Pool,
  timeoutMs: number,
  logger: Logger,
): Promise<pg.PoolClient> {
  const deadline = performance.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await ownSession(pool);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal !== undefined) throw new StartError(refusal, { cause: error });
      const reason = reasonOf(error);
      if (performance.now() + pause > deadline)
        throw new StartError(tooLate(error, timeoutMs), { cause: error });
      // A server that is not there yet is normal, one that refuses all writes seldom is.
      if (error instanceof SessionError)
        logger.warn({ reason }, 'waiting for a Postgres that accepts writes');
      else logger.info({ reason }, 'waiting for Postgres');
    }
    await sleep(pause);
  }
}

function tooLate(error: unknown, timeoutMs: number): string {
  if (error instanceof SessionError) return `After ${timeoutMs} ms, still: ${error.message}`;
  return `Postgres did not answer within ${timeoutMs} ms (${reasonOf(error)}).`;
}

async function ownSession(pool: pg.Pool): Promise<pg.PoolClient> {
  const client = await pool.connect();
  try {
    await requireOwnSession(client, pool.options);
    return client;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
