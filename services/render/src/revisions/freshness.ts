// How fresh the state is that one request is answered from, by what the request asked for in its headers.

import type { IncomingHttpHeaders } from 'node:http';
import { requiresRevision } from '@px0/event-bus';
import { ApiError } from '@px0/service-kit';
import { Refusal } from '../rendering/mod.ts';
import type { Revisions } from './revisions.ts';

/** Lives as long as its request. */
export class Freshness {
  readonly #revisions: Revisions;
  /** Whether the client would rather have no answer than one from an older state. */
  readonly #required: boolean;
  /** Whether this process has everything that the client may expect of it. */
  #satisfied: boolean;
  /** Whether the answer has to say that it may lack the latest writes. */
  stale: boolean;

  private constructor(revisions: Revisions, required: boolean, satisfied: boolean, stale: boolean) {
    this.#revisions = revisions;
    this.#required = required;
    this.#satisfied = satisfied;
    this.stale = stale;
  }

  /**
   * Reads the request's wish and, only when this process is behind it or about to be ready, waits.
   *
   * @throws ApiError serviceUnavailable while the process starts, for longer than a request waits; invalidRevision for a token that is none; invalidConsistency;
   * revisionNotYetAvailable when the client would rather have that than an answer from an older state
   */
  static of(revisions: Revisions, headers: IncomingHttpHeaders): Freshness | Promise<Freshness> {
    if (!revisions.ready) return Freshness.#afterStart(revisions, headers);
    const required = requiresRevision(headers);
    const asked = headers['px0-min-revision'];
    if (asked === undefined) return new Freshness(revisions, required, false, !revisions.following);
    const token = String(asked);
    const judgement = revisions.judge(token);
    if (judgement === 'malformed') throw new ApiError('invalidRevision');
    if (judgement === 'reached') return new Freshness(revisions, required, true, false);
    return Freshness.#after(revisions, token, required);
  }

  static async #afterStart(revisions: Revisions, headers: IncomingHttpHeaders): Promise<Freshness> {
    if (!(await revisions.started())) throw new ApiError('serviceUnavailable');
    return Freshness.of(revisions, headers);
  }

  static async #after(revisions: Revisions, token: string, required: boolean): Promise<Freshness> {
    const reached = await revisions.waitFor(token);
    if (!reached && required) throw new ApiError('revisionNotYetAvailable');
    return new Freshness(revisions, required, reached, !reached);
  }

  /**
   * Waits a bounded time for the rights that the caller is about to get; without them the answer says that it may lack the latest writes.
   *
   * @throws ApiError revisionNotYetAvailable when the client would rather have that
   */
  async untilRights(areThere: () => boolean): Promise<void> {
    if (await this.#revisions.waitUntil(areThere)) return;
    if (this.#required) throw new ApiError('revisionNotYetAvailable');
    this.stale = true;
  }

  /**
   * Decides a refusal again after making sure that this process is not merely behind: what was promoted, granted or revoked a moment ago by
   * a client that sends no token counts, too.
   *
   * @throws ApiError what the second decision refuses
   */
  async decideAgain<T>(decide: () => T | Refusal): Promise<T> {
    if (!this.#satisfied) {
      this.#satisfied = await this.#revisions.confirm();
      if (!this.#satisfied) this.stale = true;
    }
    const decided = decide();
    if (decided instanceof Refusal) throw errorOf(decided);
    return decided;
  }
}

/** A refusal as the error that every answer's mapping knows. */
export function errorOf(refusal: Refusal): ApiError {
  return new ApiError(refusal.code, refusal.detail === undefined ? {} : { detail: refusal.detail });
}
