/**
 * Waits for the database at start. Services and Postgres start together in any order, so a missing answer is not a failure yet. A
 * wrong password or a missing database fails at once, because waiting would only hide the cause.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { StartError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { isUnavailable } from './unavailable.ts';

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
      return await pool.connect();
    } catch (error) {
      const reason = error instanceof Error ? error.message || error.name : String(error);
      if (!isUnavailable(error)) {
        throw new StartError(`Postgres refused the connection to DATABASE_URL: ${reason}.`, { cause: error });
      }
      if (performance.now() + pause > deadline) {
        throw new StartError(`Postgres did not answer within ${timeoutMs} ms (${reason}).`, { cause: error });
      }
      logger.info({ reason }, 'waiting for Postgres');
    }
    await sleep(pause);
  }
}
