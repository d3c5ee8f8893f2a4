/**
 * Requests to px0: the token, the revision, time limits and retries. It judges no status beyond whether to send the request again; a call
 * that got no answer at all throws UnreachableError.
 */
import { HighestRevision } from '@px0/delivery';
import { boundedText } from './bounded-text.ts';
import { UnreachableError } from './errors.ts';
import { parseRetryAfter, RetryBudget, waitBeforeRetry } from './retries.ts';
import { causesOf, innermostReason, Secrets } from './secrets.ts';
import { pause, timeLimit } from './time-limit.ts';

export interface TransportSettings {
  /** The origin of px0, without a trailing slash. */
  readonly host: string;
  readonly accessToken: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number;
  readonly retries: number;
  /** The name of the application; empty: it has none. */
  readonly service: { readonly name: string };
}

export interface Request {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whether doing it twice is the same as doing it once; if not, it is repeated only when it surely was not done. */
  readonly repeatable: boolean;
  /** How often it is sent again at most, where that is not the client's to say. */
  readonly retries?: number;
  /** Whether a px0 that lacks what this client has seen may answer, too; false unless given. */
  readonly mayBeBehind?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** The highest revision that was seen. The package's types name nothing of another package, which nobody who installs it has. */
export interface SeenRevision {
  readonly text: string | undefined;
  see(text: string | null): void;
  forget(): void;
}

/** What came of one attempt: an answer, or why there is none. */
type Outcome =
  | { readonly answer: Answer; readonly retryAfterMs: number | undefined }
  | { readonly failure: UnreachableError; readonly surelyNotDone: boolean };

/** Answers that tell of a passing state. */
const PASSING = new Set([429, 502, 503, 504]);
const TOO_MANY_REQUESTS = 429;
const FIRST_WITHOUT_RESULT = 300;

export class Transport {
  readonly host: string;
  readonly revision: SeenRevision = new HighestRevision();
  /** The highest one of an answer to a write of this client. */
  readonly written: SeenRevision = new HighestRevision();
  readonly #settings: TransportSettings;
  readonly #budget = new RetryBudget();
  readonly #secrets: Secrets;

  constructor(settings: TransportSettings) {
    this.host = settings.host;
    this.#settings = settings;
    this.#secrets = new Secrets(settings.accessToken);
  }

  /** Another px0 answers: no revision of the earlier one means anything there. */
  forgetRevisions(): void {
    this.revision.forget();
    this.written.forget();
  }

  /** The answer, whatever its status. @throws UnreachableError, or the reason of `signal` when that is aborted */
  async send(request: Request): Promise<Answer> {
    const { timeoutMs } = this.#settings;
    const retries = request.retries ?? this.#settings.retries;
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
    const limitMs = Math.max(1, Math.ceil(Math.min(this.#settings.attemptTimeoutMs, leftMs)));
    const limit = timeLimit(limitMs, request.signal);
    try {
      // A `fetch` that an application gives need not listen to signals.
      const answer = await Promise.race([this.#exchange(request, limit.signal), limit.over]);
      const revision = answer.headers.get('px0-revision');
      this.revision.see(revision);
      const isDone = answer.status < FIRST_WITHOUT_RESULT;
      if (isDone && !request.repeatable && !RENDER.test(request.path)) this.written.see(revision);
      return { answer, retryAfterMs: parseRetryAfter(answer.headers.get('retry-after')) };
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      return this.#failure(error, limit.isTimeOver() ? limitMs : undefined);
    } finally {
      limit.end();
    }
  }

  async #exchange(request: Request, signal: AbortSignal): Promise<Answer> {
    const response = await this.#settings.fetch(`${this.host}${request.path}`, {
      method: request.method,
      headers: this.#headers(request),
      ...(request.body !== undefined && { body: request.body }),
      // A POST that is sent elsewhere becomes a GET, and what answers there is not px0.
      redirect: 'manual',
      signal,
    });
    const { status, headers } = response;
    const text = await boundedText(response);
    // What stands before px0 may repeat the request in its answer, and the answer's words become an error's.
    return {
      status,
      headers,
      text: status >= FIRST_WITHOUT_RESULT ? this.#secrets.removedFromAnswer(text) : text,
    };
  }

  #headers({ path, headers, body, mayBeBehind = false }: Request): Record<string, string> {
    const { accessToken, service } = this.#settings;
    return {
      accept: 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      // px0 counts it with its own renders.
      ...(service.name !== '' && RENDER.test(path) && { 'px0-service': service.name }),
      ...(!mayBeBehind && this.revision.text !== undefined && { 'px0-min-revision': this.revision.text }),
      ...headers,
    };
  }

  #failure(error: unknown, timedOutAfterMs: number | undefined): Outcome {
    // What `fetch` throws may hold the request, and with it the token.
    const cause = this.#secrets.removedFromError(error);
    const what =
      timedOutAfterMs === undefined
        ? `cannot be reached: ${innermostReason(cause)}`
        : `has not answered within ${timedOutAfterMs} ms`;
    return {
      failure: new UnreachableError(`px0 at ${this.host} ${what}`, { cause }),
      surelyNotDone: [...causesOf(error)].some(({ code }) => NOT_SENT.has(code)),
    };
  }
}

/** The path of a render, which writes nothing. */
const RENDER = /\/render(?:\/batch)?(?:\?|$)/;

/** Nobody listens, or there is no such host: the request never left. */
const NOT_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ConnectionRefused',
]);
