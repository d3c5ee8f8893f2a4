/**
 * Revisions as the projection knows them. Remembers the token of the last answer and the last token that a client sent: behind one
 * gateway, nearly all requests of a moment carry the same one.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { type Demand, decodeToken, demandOf, type FollowedState, type RevisionToken } from '@px0/event-bus';
import type { Revisions } from './revisions.ts';

/** For a render, a slightly older state is better than a late answer. */
const WAIT_MS = 50;
/** A process listens moments before it is ready. Requests that arrive in between wait as long as in the control plane. */
const START_WAIT_MS = 1_000;
/** Only people in the first minute after their registration wait for rights, never an application's key. */
const RIGHTS_WAIT_MS = 1_000;

export class ProjectionRevisions implements Revisions {
  readonly #projection: FollowedState;
  readonly #waitMs: number;
  #askedText: string | undefined;
  #asked: RevisionToken | undefined;
  #tokenText: string | undefined;
  #tokenPosition = -1;
  #tokenEpoch: string | undefined;

  readonly #decode = (text: string): RevisionToken | undefined => {
    if (text !== this.#askedText) {
      this.#askedText = text;
      this.#asked = decodeToken(text);
    }
    return this.#asked;
  };

  /** `waitMs`: how long a request waits for the revision that it demands. */
  constructor(projection: FollowedState, waitMs = WAIT_MS) {
    this.#projection = projection;
    this.#waitMs = waitMs;
  }

  get ready(): boolean {
    return this.#projection.ready;
  }

  started(): Promise<boolean> {
    return this.#projection.readyWithin(START_WAIT_MS);
  }

  get connected(): boolean {
    return this.#projection.connected;
  }

  token(): string | undefined {
    const { epoch, reported } = this.#projection;
    if (reported !== this.#tokenPosition || epoch?.epoch !== this.#tokenEpoch) {
      this.#tokenText = this.#projection.token();
      this.#tokenPosition = reported;
      this.#tokenEpoch = epoch?.epoch;
    }
    return this.#tokenText;
  }

  demandOf(headers: IncomingHttpHeaders): Demand {
    return demandOf(headers, this.#decode);
  }

  covers(token: RevisionToken): boolean {
    const { epoch, reported } = this.#projection;
    if (epoch === undefined || token.epoch !== epoch.epoch) return false;
    return reported >= token.sequence;
  }

  async waitFor(token: RevisionToken): Promise<boolean> {
    return (await this.#projection.waitFor(token, this.#waitMs)) === 'reached';
  }

  waitUntil(isTrue: () => boolean): Promise<boolean> {
    return this.#projection.waitUntil(isTrue, { timeoutMs: RIGHTS_WAIT_MS });
  }

  async confirm(): Promise<boolean> {
    return (await this.#projection.confirmPosition()) !== 'unknown';
  }
}
