// Revisions as the projection knows them. The token of the last answer and the last token that a client sent are remembered: behind one
// gateway nearly every request of a moment carries the same.

import { compareTokens, decodeToken, type Projection, type RevisionToken } from '@px0/event-bus';
import type { RevisionJudgement, Revisions } from './revisions.ts';

/** A render would rather be answered from a slightly older state than late. */
const WAIT_MS = 50;
/** A process listens moments before it is ready; whoever comes in between waits as long as the control plane would let him. */
const START_WAIT_MS = 1_000;
/** Only people in the first minute after their registration wait for rights, never an application's key. */
const RIGHTS_WAIT_MS = 1_000;

export class ProjectionRevisions implements Revisions {
  readonly #projection: Projection;
  #askedText: string | undefined;
  #asked: RevisionToken | undefined;
  #tokenText: string | undefined;
  #tokenPosition = -1;
  #tokenEpoch: string | undefined;

  constructor(projection: Projection) {
    this.#projection = projection;
  }

  get ready(): boolean {
    return this.#projection.ready;
  }

  started(): Promise<boolean> {
    return this.#projection.readyWithin(START_WAIT_MS);
  }

  get following(): boolean {
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

  judge(token: string): RevisionJudgement {
    const asked = this.#decode(token);
    if (asked === undefined) return 'malformed';
    const { epoch, reported } = this.#projection;
    if (epoch === undefined || asked.epoch !== epoch.epoch) return 'behind';
    return compareTokens({ epoch: epoch.epoch, sequence: reported }, asked) >= 0 ? 'reached' : 'behind';
  }

  async waitFor(token: string): Promise<boolean> {
    return (await this.#projection.waitFor(token, WAIT_MS)) === 'reached';
  }

  waitUntil(isTrue: () => boolean): Promise<boolean> {
    return this.#projection.waitUntil(isTrue, RIGHTS_WAIT_MS);
  }

  async confirm(): Promise<boolean> {
    return (await this.#projection.confirmPosition()) !== 'unknown';
  }

  #decode(token: string): RevisionToken | undefined {
    if (token !== this.#askedText) {
      this.#askedText = token;
      this.#asked = decodeToken(token);
    }
    return this.#asked;
  }
}
