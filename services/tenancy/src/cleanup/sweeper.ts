/**
 * Removes in the background what deleted organizations and teams leave behind, in steps small enough that none holds a lock for
 * long. Readers do not wait for it: what is below a deleted parent counts as deleted. A step that its process does not finish is
 * found again by the next look, of any replica.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@px0/service-kit';
import { systemActor } from '../authority/mod.ts';
import type { Change, Changes } from '../changes/mod.ts';
import { deleteJoinRequests, deleteOrganizations, deleteTeams, endMemberships, endTeams } from './store.ts';

/** Some 50 ms for a step with an event per row: a request that waits for what is owed waits no longer than that. */
const STEP_ROWS = 100;
/** How soon another replica, or the next process, takes over what one left unfinished. */
const LOOK_EVERY_MS = 10_000;

type Step = (change: Change, limit: number) => Promise<boolean>;

/** Parents' events first, rows last: a row is deleted when nothing refers to it any more. */
const steps: readonly Step[] = [
  endTeams,
  endMemberships,
  deleteJoinRequests,
  deleteTeams,
  deleteOrganizations,
];

export interface SweeperOptions {
  readonly changes: Changes;
  readonly logger: Logger;
  readonly stepRows?: number;
  readonly lookEveryMs?: number;
}

export class Sweeper {
  readonly #changes: Changes;
  readonly #logger: Logger;
  readonly #stepRows: number;
  readonly #lookEveryMs: number;
  readonly #stopped = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> | undefined;

  constructor({ changes, logger, stepRows = STEP_ROWS, lookEveryMs = LOOK_EVERY_MS }: SweeperOptions) {
    this.#changes = changes;
    this.#logger = logger;
    this.#stepRows = stepRows;
    this.#lookEveryMs = lookEveryMs;
  }

  /** Looks at once, for what an earlier process left, and then whenever it is woken, and now and then. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Says that something was deleted. */
  wake(): void {
    this.#wake.abort();
  }

  /** Resolves when the step under way is done. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake.abort();
    await this.#running;
  }

  /** Removes all that there is to remove. */
  async sweep(): Promise<void> {
    for (const step of steps) {
      while (!this.#stopped.signal.aborted && (await this.#take(step)));
    }
  }

  #take(step: Step): Promise<boolean> {
    return this.#changes.make(systemActor, (change) => step(change, this.#stepRows));
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      // Before the sweep, so that a deletion during it causes another one.
      this.#wake = new AbortController();
      try {
        await this.sweep();
      } catch (error) {
        this.#logger.warn(
          { err: error },
          'removing what deleted teams left behind failed; it is tried again',
        );
      }
      if (!this.#stopped.signal.aborted) await pause(this.#lookEveryMs, this.#wake.signal);
    }
  }
}

/** Ends early, without an error, when the signal is given. */
async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
