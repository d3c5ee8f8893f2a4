/** A client that writes down what it did and what it was answered. It never retries, and it carries the revision that it is told to. */
import { UndescribedResponseError } from '@px0/contracts/response-check';
import { compareTokens, decodeToken } from '@px0/event-bus';
import { type Answer, describedApi, type Method } from '@px0/testing/world';
import type { Action, Answered, Operation } from './history.ts';

export interface Call {
  readonly method: Method;
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  /** Px0-Min-Revision; by default the highest that this client has seen. Null: none. */
  readonly carried?: string | null;
  /** Where; by default the gateway. */
  readonly at?: Place;
  /** What the checker wants to know of a successful answer's body. */
  readonly read?: (body: unknown) => { readonly version?: number; readonly text?: string };
}

export interface Place {
  readonly name: string;
  readonly url: string;
}

/** What was recorded, with the body for the one who asked. */
export interface Done {
  readonly operation: Operation;
  readonly ok: boolean;
  readonly body: unknown;
}

/** Longer than every limit of the gateway for ordinary requests. */
const TIMEOUT_MS = 16_000;

export class RecordingClient {
  readonly #worker: number;
  readonly #gateway: Place;
  readonly #history: Operation[];
  readonly #now: () => number;
  #highest: string | undefined;

  constructor(worker: number, gateway: Place, history: Operation[], now: () => number) {
    this.#worker = worker;
    this.#gateway = gateway;
    this.#history = history;
    this.#now = now;
  }

  async do(action: Action, call: Call): Promise<Done> {
    const { at = this.#gateway, carried = this.#highest } = call;
    const id = this.#history.length + 1;
    const operation = {
      id,
      worker: this.#worker,
      action,
      at: at.name,
      start: this.#now(),
      end: Number.POSITIVE_INFINITY,
      carried: carried ?? undefined,
    };
    // It stands in the history from its beginning: a run may end before its answer comes.
    this.#history[id - 1] = { ...operation, answer: undefined };
    const { answer, body } = await this.#exchange(call, at.url, operation.carried);
    const recorded: Operation = { ...operation, end: this.#now(), answer };
    this.#history[id - 1] = recorded;
    this.#highest = higher(this.#highest, answer?.revision);
    return { operation: recorded, ok: answer !== undefined && answer.status < 300, body };
  }

  async #exchange(
    { method, path, token, body, read }: Call,
    origin: string,
    carried: string | undefined,
  ): Promise<{ answer: Answered | undefined; body: unknown }> {
    let answer: Answer;
    try {
      answer = await describedApi(origin).request(method, path, {
        ...(token !== undefined && { token }),
        ...(body !== undefined && { body }),
        headers: carried === undefined ? {} : { 'px0-min-revision': carried },
        timeoutMs: TIMEOUT_MS,
      });
    } catch (error) {
      if (!(error instanceof UndescribedResponseError)) return { answer: undefined, body: undefined };
      const undescribed = error.message;
      return {
        answer: { status: 0, revision: undefined, pending: false, stale: true, undescribed },
        body: undefined,
      };
    }
    const { status, headers, text } = answer;
    const parsed: unknown = status < 300 && text !== '' ? JSON.parse(text) : undefined;
    return {
      body: parsed,
      answer: {
        status,
        revision: headers.get('px0-revision') ?? undefined,
        pending: headers.has('px0-pending'),
        stale: headers.has('px0-stale'),
        ...(parsed !== undefined && read?.(parsed)),
      },
    };
  }
}

function higher(one: string | undefined, other: string | undefined): string | undefined {
  const [a, b] = [one, other].map((text) => (text === undefined ? undefined : decodeToken(text)));
  if (a === undefined || b === undefined) return a === undefined ? other : one;
  return compareTokens(a, b) >= 0 ? one : other;
}
