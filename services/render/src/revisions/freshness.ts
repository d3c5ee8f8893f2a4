/** How fresh the state is that answers one render, given what the request's headers demand. */

import type { IncomingHttpHeaders } from 'node:http';
import { answerFrom, type Demand } from '@px0/event-bus';
import { ApiError } from '@px0/service-kit';
import { errorOf, Refusal } from '../rendering/mod.ts';
import type { Revisions } from './revisions.ts';

/** Lives as long as its request. */
export class Freshness {
  readonly #revisions: Revisions;
  readonly #demand: Demand;
  /** Whether this process has applied what the request's token covers; false without a token. */
  readonly #covered: boolean;
  #hasRights = true;
  #connected: boolean;
  #confirmed = false;
  /** Whether the answer has to say that it may lack the latest writes. */
  stale = false;

  private constructor(revisions: Revisions, demand: Demand, covered: boolean) {
    this.#revisions = revisions;
    this.#demand = demand;
    this.#covered = covered;
    this.#connected = revisions.connected;
    this.#judge();
  }

  /**
   * Reads the request's demand. Waits only when this process is behind it or about to be ready.
   *
   * @throws ApiError invalidConsistency, invalidRevision; serviceUnavailable when the process is still starting after a bounded wait;
   * revisionNotYetAvailable when the demand rules out an answer from the present state
   */
  static of(revisions: Revisions, headers: IncomingHttpHeaders): Freshness | Promise<Freshness> {
    const demand = revisions.demandOf(headers);
    return revisions.ready ? Freshness.#when(revisions, demand) : Freshness.#afterStart(revisions, demand);
  }

  static async #afterStart(revisions: Revisions, demand: Demand): Promise<Freshness> {
    if (!(await revisions.started())) throw new ApiError('serviceUnavailable');
    return Freshness.#when(revisions, demand);
  }

  static #when(revisions: Revisions, demand: Demand): Freshness | Promise<Freshness> {
    const { token } = demand;
    if (token === undefined) return new Freshness(revisions, demand, false);
    if (revisions.covers(token)) return new Freshness(revisions, demand, true);
    return revisions.waitFor(token).then((covered) => new Freshness(revisions, demand, covered));
  }

  /**
   * Waits a bounded time for the rights that the caller is about to get. Without them, the answer says that it may lack the latest writes.
   *
   * @throws ApiError revisionNotYetAvailable when the demand rules that answer out
   */
  async untilRights(areThere: () => boolean): Promise<void> {
    this.#hasRights = await this.#revisions.waitUntil(areThere);
    this.#connected = this.#revisions.connected;
    this.#judge();
  }

  /**
   * Decides a refusal again after making sure that this process is not merely behind: recent promotions, grants and revocations count
   * even for clients that send no token.
   *
   * @throws ApiError what the second decision refuses; revisionNotYetAvailable when the demand rules out an unconfirmed refusal
   */
  async decideAgain<T>(decide: () => T | Refusal): Promise<T> {
    if (!this.#covered && !this.#confirmed) {
      this.#confirmed = await this.#revisions.confirm();
      if (!this.#confirmed) {
        this.#connected = false;
        this.#judge();
      }
    }
    const decided = decide();
    if (decided instanceof Refusal) throw errorOf(decided);
    return decided;
  }

  #judge(): void {
    const state = { covered: this.#covered, hasRights: this.#hasRights, connected: this.#connected };
    this.stale = answerFrom(state, this.#demand) === 'stale';
  }
}
