/**
 * The highest revision in the answers of upstreams. Sent with every request, it makes each client of this gateway read its own writes
 * across services. Sent with the gateway's own answers, it shows that they come from px0. A token in a request never raises it: any
 * client could send a future one.
 * See docs/decisions/160-whose-answers-count.md.
 */
import { compareTokens, decodeToken, type RevisionToken } from '@px0/event-bus';

export class HighestRevision {
  #text: string | undefined;
  #token: RevisionToken | undefined;

  /** The token as an upstream wrote it; undefined before the first. */
  get text(): string | undefined {
    return this.#text;
  }

  /** Learns from an answer's `Px0-Revision`. A malformed one is ignored. */
  see(text: string): void {
    // Nearly all answers repeat what is known.
    if (text === this.#text) return;
    const token = decodeToken(text);
    if (token === undefined) return;
    if (this.#token === undefined || compareTokens(token, this.#token) > 0) {
      this.#token = token;
      this.#text = text;
    }
  }

  /**
   * What to ask of an upstream: the later of the client's own demand and what this gateway has seen. A malformed demand is
   * passed on as it is, so that the service refuses it in the contract's words.
   */
  demand(client: string | undefined): string | undefined {
    if (client === undefined || client === this.#text || this.#token === undefined)
      return client ?? this.#text;
    const token = decodeToken(client);
    return token === undefined || compareTokens(token, this.#token) >= 0 ? client : this.#text;
  }
}
