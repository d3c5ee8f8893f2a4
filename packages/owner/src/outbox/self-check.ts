/**
 * Compares what the stream shows with what the outbox says was published. A subject that shows a lower revision for a minute is
 * owed again, so an event that an operator's purge or a bug removed returns without intervention.
 */

import type { Bus, Projection } from '@px0/event-bus/internal';
import type { Logger } from '@px0/service-kit';
import type { Outbox } from './outbox.ts';
import type { SettledPage, SettledRow } from './outbox-store.ts';

export interface SelfCheckOptions {
  readonly outbox: Outbox;
  readonly projection: Projection;
  readonly bus: Bus;
  readonly logger: Logger;
  readonly intervalMs?: number;
  /** How long a difference must last before it counts. */
  readonly patienceMs?: number;
}

const INTERVAL_MS = 15_000;
const PATIENCE_MS = 60_000;
/** Rows compared at a time; a context of a million rows is gone through in the background without a long query. */
const PAGE = 5_000;

interface Suspect {
  readonly row: SettledRow;
  readonly since: number;
}

export class SelfCheck {
  readonly #options: SelfCheckOptions;
  readonly #suspects = new Map<string, Suspect>();
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(options: SelfCheckOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#round ??= this.check()
        .catch((error: unknown) => this.#options.logger.warn({ err: error }, 'the self-check failed'))
        .finally(() => {
          this.#round = undefined;
        });
    }, this.#options.intervalMs ?? INTERVAL_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  /** One round through all rows. */
  async check(): Promise<void> {
    const { outbox, projection, bus } = this.#options;
    const mark = outbox.epoch;
    if (mark === undefined || !projection.connected) return;
    // Rows that a transaction held while the epoch called all rows owed: without them the epoch is not complete, and nobody who starts is ready.
    await outbox.callForgottenRowsOwed(mark.epoch);
    if (!projection.ready) return;
    await this.#checkBodies(bus);
    let after: string | undefined = '';
    while (after !== undefined) {
      const { settled, next }: SettledPage = await outbox.store.settledAfter(after, mark.epoch, PAGE);
      for (const row of settled) this.#compare(row);
      after = next;
    }
    await this.#callOwed();
  }

  #compare(row: SettledRow): void {
    const { projection } = this.#options;
    // Not read yet: nothing can be said.
    if (row.sequence > projection.reported) return;
    if (projection.table.revision(row.subject) >= row.revision) this.#suspects.delete(row.subject);
    else if (!this.#suspects.has(row.subject))
      this.#suspects.set(row.subject, { row, since: performance.now() });
  }

  async #callOwed(): Promise<void> {
    const { outbox, logger, patienceMs = PATIENCE_MS } = this.#options;
    const due = [...this.#suspects.values()].filter(({ since }) => performance.now() - since >= patienceMs);
    if (due.length === 0) return;
    logger.error(
      { rows: due.length, alarm: 'stream-behind' },
      'the stream shows less than was published: publishing it again',
    );
    await outbox.store.markOwedAgain(due.map(({ row }) => row));
    for (const { row } of due) this.#suspects.delete(row.subject);
    outbox.wakeRelay();
  }

  /** No projection follows the bodies: their stream is judged by its creation time and its last sequence. */
  async #checkBodies(bus: Bus): Promise<void> {
    const { outbox, logger } = this.#options;
    if (outbox.context !== 'registry') return;
    const facts = await bus.streamFacts('body');
    if (facts === undefined) {
      await bus.ensureStreams();
      return;
    }
    if (!(await outbox.store.checkBodyStream(facts.created, facts.lastSequence))) return;
    logger.warn({ created: facts.created }, 'the body stream is another one: every body is published again');
    outbox.wakeRelay();
  }
}
