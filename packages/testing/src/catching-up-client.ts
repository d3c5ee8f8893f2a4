/**
 * A client of one service that reads its own writes, and those that the test published in the name of others: it carries the revision
 * token, and asks again while the service has not caught up, however long a busy machine takes.
 */
import { decodeToken, encodeToken } from '@px0/event-bus';
import { eventually } from './eventually.ts';
import type { ForeignContexts } from './foreign-context.ts';

export interface CaughtUpReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

export interface RequestParts {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** A service that has not caught up by then never will. */
const CATCH_UP_MS = 25_000;

export class CatchingUpClient {
  readonly #contexts: ForeignContexts;
  /** The highest sequence that an answer has named. */
  #seen = 0;

  constructor(contexts: ForeignContexts) {
    this.#contexts = contexts;
  }

  /** What an answer must have worked in: all that was published and seen here so far. */
  get token(): string {
    const sequence = Math.max(this.#seen, this.#contexts.lastSequence);
    return encodeToken({ epoch: this.#contexts.epoch, sequence });
  }

  /** Takes over the other client's revision: its writes are read here, too. */
  sawAsMuchAs(other: CatchingUpClient): void {
    this.#seen = Math.max(this.#seen, other.#seen);
  }

  /** @throws Error when the service does not catch up */
  send(url: string, method: string, init: RequestParts = {}): Promise<CaughtUpReply> {
    return eventually(
      async () => {
        const headers = new Headers(init.headers);
        headers.set('px0-min-revision', this.token);
        headers.set('px0-consistency', 'require');
        const reply = await replyOf(await fetch(url, { ...init, method, headers }));
        this.#see(reply.headers.get('px0-revision'));
        return isBehind(reply) ? undefined : reply;
      },
      { timeoutMs: CATCH_UP_MS, what: `an answer to ${method} ${url} from a service that has caught up` },
    );
  }

  #see(token: string | null): void {
    const decoded = token === null ? undefined : decodeToken(token);
    if (decoded !== undefined) this.#seen = Math.max(this.#seen, decoded.sequence);
  }
}

/** The parsed answer; of lines, their text. */
export async function replyOf(response: Response): Promise<CaughtUpReply> {
  const text = await response.text();
  const isLines = response.headers.get('content-type')?.startsWith('application/x-ndjson') === true;
  const body: unknown = isLines ? text : text === '' ? undefined : JSON.parse(text);
  return { status: response.status, body, headers: response.headers };
}

function isBehind({ status, body }: CaughtUpReply): boolean {
  const error = typeof body === 'object' && body !== null ? Reflect.get(body, 'error') : undefined;
  return status === 503 && error === 'revision not yet available';
}
