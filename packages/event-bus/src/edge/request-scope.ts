/**
 * What one request wrote, kept aside so that handlers need not know: the revisions that its response must cover, and the
 * publishing that its transactions started; and which client sent it. Follows the request through its asynchronous calls.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Written {
  readonly subject: string;
  readonly revision: number;
}

export class RequestScope {
  /** What the client says it is; undefined when it does not. */
  readonly client: string | undefined;
  readonly #startedAt = performance.now();
  readonly #written = new Map<string, number>();
  readonly #publishing: Promise<void>[] = [];

  constructor(client?: string) {
    this.client = client;
  }

  /** Milliseconds since the request began, by a monotonic clock. */
  get ageMs(): number {
    return performance.now() - this.#startedAt;
  }

  get wroteAnything(): boolean {
    return this.#written.size > 0;
  }

  get written(): Written[] {
    return [...this.#written].map(([subject, revision]) => ({ subject, revision }));
  }

  /** Notes a committed transaction's writes and their publishing, which never rejects. */
  track(written: readonly Written[], publishing: Promise<void>): void {
    for (const { subject, revision } of written) this.#written.set(subject, revision);
    this.#publishing.push(publishing);
  }

  /** Resolves when all publishing noted so far has ended, well or not. */
  async published(): Promise<void> {
    await Promise.all(this.#publishing);
  }
}

/** The header by which a client says what it is, for the audit. */
const CLIENT_HEADER = 'px0-client';

/** A word of a fixed alphabet: it is kept for ever, and shown. What is none is not kept. */
const CLIENT = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,63}$/;

export function clientOf(headers: {
  readonly [name: string]: string | readonly string[] | undefined;
}): string | undefined {
  const value = headers[CLIENT_HEADER];
  return typeof value === 'string' && CLIENT.test(value) ? value : undefined;
}

const storage = new AsyncLocalStorage<RequestScope>();

export function inRequestScope<T>(scope: RequestScope, run: () => Promise<T>): Promise<T> {
  return storage.run(scope, run);
}

export function currentRequestScope(): RequestScope | undefined {
  return storage.getStore();
}
