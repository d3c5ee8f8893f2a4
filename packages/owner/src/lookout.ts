/**
 * Asks Postgres in one statement for all loops of a process whether there is work that nobody has woken them for: what a killed process left, what
 * another process or an operator wrote, what has become due. Whoever makes work in this process wakes the loop itself, so that nothing waits for a look.
 * See docs/decisions/227-an-idle-platform.md.
 */
import type { Logger } from '@px0/service-kit';
import { Background } from './background.ts';
import type { Queryable } from './outbox/queryable.ts';

/** With its variation shorter than a writer's lease and one poll of the relay: what a killed writer left is found before it may be taken. */
const PAUSE_MS = 3_000;
const JITTER = 0.1;
const RETRY_MS = 1_000;

/** The pause of a loop that the lookout wakes: it need not look by itself. */
export const WATCHED_PAUSE_MS = 600_000;

/**
 * The condition that a query finds a row. It is a query in the order of an index: asked whether any row exists, Postgres may read a whole table in
 * the hope of meeting one early, and nearly always there is none.
 */
export function finds(query: string): string {
  return `(${query} LIMIT 1) IS NOT NULL`;
}

export interface LookoutOptions {
  readonly db: Queryable;
  readonly logger: Logger;
  /** Milliseconds between looks. */
  readonly pauseMs?: number;
}

interface Watched {
  readonly condition: string;
  readonly wake: () => void;
}

export class Lookout {
  readonly #db: Queryable;
  readonly #watched: Watched[] = [];
  readonly #loop: Background;

  constructor({ db, logger, pauseMs = PAUSE_MS }: LookoutOptions) {
    this.#db = db;
    this.#loop = new Background({
      name: 'lookout',
      logger,
      step: () => this.#look(),
      // Each loop begins with a look of its own.
      begin: 'pause',
      pauseMs,
      retryMs: Math.min(RETRY_MS, pauseMs),
      jitter: JITTER,
    });
  }

  /** Calls `wake` after each look that finds `condition`, an SQL expression without parameters, to be true. It must not throw. */
  watch(condition: string, wake: () => void): void {
    this.#watched.push({ condition, wake });
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async #look(): Promise<'none'> {
    const watched = [...this.#watched];
    if (watched.length === 0) return 'none';
    const conditions = watched.map(({ condition }) => `(${condition})`).join(', ');
    const { rows } = await this.#db.query<{ found: readonly boolean[] }>(
      `SELECT ARRAY[${conditions}] AS found`,
    );
    for (const [index, { wake }] of watched.entries()) if (rows[0]?.found[index] === true) wake();
    return 'none';
  }
}
