/**
 * Requests to px0: the token, the revision, time limits and retries. It judges no status beyond whether to send the request again; a call
 * that got no answer at all throws UnreachableError.
 */
import { UnreachableError } from './errors.ts';
import { parseRetryAfter, RetryBudget, waitBeforeRetry } from './retries.ts';
import { HighestRevision } from './revision.ts';

export interface TransportSettings {
  /** The origin of px0, without a trailing slash. */
  readonly host: string;
  readonly accessToken: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly retries: number;
}

export interface Request {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether doing it twice is the same as doing it once; if not, it is repeated only when it surely was not done. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What came of one attempt: an answer, or why there is none. */
type Outcome =
  | { readonly answer: Answer; readonly retryAfterMs: number | undefined }
  | { readonly failure: UnreachableError; readonly surelyNotDone: boolean };

/** Answers that tell of a passing state. */
const PASSING = new Set([429, 502, 503, 504]);
const TOO_MANY_REQUESTS = 429;

export class Transport {
  readonly host: string;
  readonly revision = new HighestRevision();
  readonly #settings: TransportSettings;
  readonly #budget = new RetryBudget();

  constructor(settings: TransportSettings) {
    this.host = settings.host;
    this.#settings = settings;
  }

  /** The answer, whatever its status. @throws UnreachableError, or the reason of `signal` when that is aborted */
  async send(request: Request): Promise<Answer> {
    const { timeoutMs, retries } = this.#settings;
    const deadline = performance.now() + timeoutMs;
    for (let retry = 0; ; retry += 1) {
      const outcome = await this.#attempt(request, deadline - performance.now());
      const wait = retry < retries ? this.#waitAfter(outcome, request, retry) : undefined;
      if (wait === undefined || performance.now() + wait >= deadline || !this.#budget.take()) {
        if ('failure' in outcome) throw outcome.failure;
        return outcome.answer;
      }
      await pause(wait, request.signal);
    }
  }

  /** How long to wait before the request is sent again; undefined when it is not. */
  #waitAfter(outcome: Outcome, { repeatable }: Request, retry: number): number | undefined {
    if ('failure' in outcome) {
      return repeatable || outcome.surelyNotDone ? waitBeforeRetry(retry, undefined) : undefined;
    }
    const { status } = outcome.answer;
    if (!PASSING.has(status)) {
      this.#budget.succeeded();
      return undefined;
    }
    const isSafe = repeatable || status === TOO_MANY_REQUESTS;
    return isSafe ? waitBeforeRetry(retry, outcome.retryAfterMs) : undefined;
  }

  async #attempt(request: Request, leftMs: number): Promise<Outcome> {
    const { fetch, attemptTimeoutMs } = this.#settings;
    const limitMs = Math.max(1, Math.ceil(Math.min(attemptTimeoutMs, leftMs)));
    const limit = limited(limitMs, request.signal);
    try {
      const response = await fetch(`${this.host}${request.path}`, {
        method: request.method,
        headers: this.#headers(request),
        ...(request.body !== undefined && { body: request.body }),
        // A POST that is sent elsewhere becomes a GET, and what answers there is not px0.
        redirect: 'manual',
        signal: limit.signal,
      });
      const text = await response.text();
      this.revision.see(response.headers.get('px0-revision'));
      const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'));
      return { answer: { status: response.status, headers: response.headers, text }, retryAfterMs };
    } catch (error) {
      request.signal?.throwIfAborted();
      return this.#failure(error, limit.isOver() ? limitMs : undefined);
    } finally {
      limit.end();
    }
  }

  #headers({ headers, body }: Request): Record<string, string> {
    const { accessToken } = this.#settings;
    return {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      ...(this.revision.text !== undefined && { 'px0-min-revision': this.revision.text }),
      ...headers,
    };
  }

  #failure(error: unknown, timedOutAfterMs: number | undefined): Outcome {
    const what =
      timedOutAfterMs === undefined
        ? `cannot be reached: ${reasonOf(error)}`
        : `has not answered within ${timedOutAfterMs} ms`;
    return {
      failure: new UnreachableError(`px0 at ${this.host} ${what}`, { cause: error }),
      surelyNotDone: codesOf(error).some((code) => NOT_SENT.has(code)),
    };
  }
}

/** Nobody listens, or there is no such host: the request never left. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ConnectionRefused']);

/** `fetch` hides why it failed in the error's cause, which for several addresses of a host is a list. */
function* causesOf(error: unknown): Generator<Error> {
  if (!(error instanceof Error)) return;
  yield error;
  if (error instanceof AggregateError) for (const one of error.errors) yield* causesOf(one);
  yield* causesOf(error.cause);
}

function codesOf(error: unknown): string[] {
  return [...causesOf(error)].flatMap((cause) =>
    'code' in cause && typeof cause.code === 'string' ? [cause.code] : [],
  );
}

function reasonOf(error: unknown): string {
  const told = [...causesOf(error)].map(({ message }) => message).filter((message) => message !== '');
  return told.at(-1) ?? String(error);
}

interface Limit {
  readonly signal: AbortSignal;
  /** Whether it was the time that ended it. */
  isOver(): boolean;
  end(): void;
}

/** A signal that is aborted by time or by the caller. By hand, because some releases of Node.js collect a combined signal while it is waited for. */
function limited(milliseconds: number, caller: AbortSignal | undefined): Limit {
  const controller = new AbortController();
  let isOver = false;
  const abort = () => controller.abort(caller?.reason);
  const timer = setTimeout(() => {
    isOver = true;
    controller.abort();
  }, milliseconds);
  if (caller?.aborted) abort();
  caller?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    isOver: () => isOver,
    end: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', abort);
    },
  };
}

/** @throws the reason of the signal */
function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
