/**
 * Removes the prompts of deleted teams. Readers count them as gone since the team's tombstone, so the rows may follow at leisure: in
 * steps that each commit, which any replica may do and which go on where a killed one left off.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outbox } from '@px0/event-bus';
import type { Logger } from '@px0/service-kit';
import type { Tx } from '../database/db.ts';
import type { PrismaClient } from '../generated/prisma/client.ts';
import type { DeletedTeamStore } from './store.ts';

export interface TeamSweeperOptions {
  readonly prisma: PrismaClient;
  readonly outbox: Outbox;
  readonly store: DeletedTeamStore;
  readonly logger: Logger;
  /** Subjects per step. */
  readonly stepSize?: number;
}

/** A step holds locks and a connection for some 100 ms. */
const STEP_SIZE = 200;
/** A replica that was told of no deletion still looks for what another one left. */
const POLL_MS = 5_000;
/** By then a transaction has usually committed; if not, the next poll finds its row. */
const COMMIT_MS = 50;

type Progress = 'nothing-to-do' | 'more-to-do';

export class TeamSweeper {
  readonly #options: TeamSweeperOptions;
  readonly #stopping = new AbortController();
  #woken = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(options: TeamSweeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** A team is being noted as deleted: called within the transaction that does so, which commits a moment later. */
  wake(): void {
    setTimeout(() => this.#woken.abort(), COMMIT_MS).unref();
  }

  /** Resolves when the step under way has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#woken.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#woken = new AbortController();
      let progress: Progress = 'nothing-to-do';
      try {
        progress = await this.step();
      } catch (error) {
        this.#options.logger.warn(
          { err: error },
          'a step of removing deleted teams failed; it is tried again',
        );
      }
      if (progress === 'nothing-to-do' && !this.#stopping.signal.aborted) {
        await sleep(POLL_MS, undefined, { signal: this.#woken.signal }).catch(() => undefined);
      }
    }
  }

  /** One bounded step, published before the next one begins, so that a large team does not fill the outbox. */
  async step(): Promise<Progress> {
    const { prisma, outbox } = this.#options;
    const { result, publication } = await outbox.transactionWithPublication(prisma, (tx: Tx) =>
      this.#remove(tx),
    );
    await publication.ended;
    return result;
  }

  async #remove(tx: Tx): Promise<Progress> {
    const { outbox, store, stepSize = STEP_SIZE } = this.#options;
    const teamId = await store.claim(tx);
    if (teamId === undefined) return 'nothing-to-do';
    const versions = await store.deleteVersions(tx, teamId, stepSize);
    for (const { promptId, number } of versions) await outbox.removeBody(tx, promptId, number);
    const prompts = await store.deletePrompts(tx, teamId, stepSize);
    for (const promptId of prompts) await outbox.remove(tx, 'prompt', promptId);
    if (versions.length === 0 && prompts.length === 0) await store.finish(tx, teamId);
    return 'more-to-do';
  }
}
