/**
 * The API client, typed by the contracts. Each call sends the newest revision that this browser knows, so that users read their own writes
 * from any replica. The client also reports, in one place, a session that the API no longer accepts.
 * See docs/decisions/160-whose-answers-count.md.
 */
import type {
  ErrorCode,
  HttpMethod,
  OperationId,
  ParamsOf,
  ReplyOf,
  RequestOf,
  routes,
} from '@px0/contracts';
import { readJson } from '../json/mod.ts';
import { isPathSegment } from '../text/mod.ts';
import { ApiError } from './api-error.ts';

type Routes = typeof routes;

export type Reply<Id extends OperationId> = ReplyOf<Routes[Id]>;
export type RequestBody<Id extends OperationId> = RequestOf<Routes[Id]>;

/** `null` and `undefined` are not sent. */
export type QueryValues<Id extends OperationId> = {
  readonly [K in keyof Routes[Id]['query']['shape']]?: string | number | boolean | null | undefined;
};

type Wanted<Key extends string, Value> = [keyof Value] extends [never]
  ? { readonly [K in Key]?: undefined }
  : { readonly [K in Key]: Value };

type WantedBody<Id extends OperationId> = Routes[Id]['bodyPresence'] extends 'optional'
  ? { readonly body?: RequestBody<Id> }
  : Wanted<'body', RequestBody<Id>>;

export type CallOptions<Id extends OperationId> = Wanted<'params', ParamsOf<Routes[Id]>> &
  WantedBody<Id> & {
    readonly query?: QueryValues<Id>;
    readonly signal?: AbortSignal;
    readonly headers?: Readonly<Record<string, string>>;
  };

/** If all parameters and the body are optional, so are the options. */
export type CallArguments<Id extends OperationId> =
  Record<never, never> extends CallOptions<Id> ? [options?: CallOptions<Id>] : [options: CallOptions<Id>];

export interface Answer<Id extends OperationId> {
  readonly reply: Reply<Id>;
  readonly headers: Headers;
}

export interface ClientDependencies {
  /** Method and path of an operation. */
  readonly routeOf: (id: OperationId) => readonly [HttpMethod, string];
  readonly errorMessages: readonly (readonly [ErrorCode, string])[];
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The session's token; undefined without a session. */
  readonly token: () => string | undefined;
  /** Called if the API does not accept a token. */
  readonly onRefusedToken: (token: string) => void;
}

interface LooseOptions {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ApiClient {
  readonly #deps: ClientDependencies;
  #revision: string | undefined;

  constructor(deps: ClientDependencies) {
    this.#deps = deps;
  }

  /**
   * Returns the body of a success. Throws `ApiError`, also for a parameter that a path cannot hold, which it never sends. An aborted call
   * rejects with the signal's reason.
   */
  async call<Id extends OperationId>(id: Id, ...[options]: CallArguments<Id>): Promise<Reply<Id>> {
    return (await this.#send<Id>(id, options ?? {})).reply;
  }

  /** Like `call`, with the response's headers, for callers that need the entity tag. */
  answer<Id extends OperationId>(id: Id, ...[options]: CallArguments<Id>): Promise<Answer<Id>> {
    return this.#send<Id>(id, options ?? {});
  }

  /** The body of a success as it was sent, for operations that answer with lines. */
  async text<Id extends OperationId>(
    id: Id,
    options: CallOptions<Id>,
  ): Promise<{ readonly text: string; readonly headers: Headers }> {
    const { text, response } = await this.#ask(id, options);
    return { text, headers: response.headers };
  }

  async #send<Id extends OperationId>(id: Id, options: LooseOptions): Promise<Answer<Id>> {
    const { text, response } = await this.#ask(id, options);
    // The services validate their responses in their tests, so the client trusts the contract's type.
    return { reply: this.#bodyOf(response, text) as Reply<Id>, headers: response.headers };
  }

  /** @throws ApiError for anything but a success. */
  async #ask(
    id: OperationId,
    options: LooseOptions,
  ): Promise<{ readonly text: string; readonly response: Response }> {
    const [method, path] = this.#deps.routeOf(id);
    const token = this.#deps.token();
    const asked = this.#revision;
    const response = await this.#fetch(urlOf(path, options), {
      method,
      headers: {
        'px0-client': 'console',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(asked !== undefined && { 'px0-min-revision': asked }),
        ...(options.body !== undefined && { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
      ...(options.signal && { signal: options.signal }),
    });
    this.#see(response, method, asked);
    const text = await response.text();
    if (response.ok) return { text, response };
    const error = this.#errorOf(response, text);
    if (error.code === 'unauthorized' && token !== undefined) this.#deps.onRefusedToken(token);
    throw error;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#deps.fetch(url, init);
    } catch (error) {
      init.signal?.throwIfAborted();
      throw new ApiError(
        { status: 0, message: 'no answer', code: undefined, requestId: undefined, isRefusal: false },
        { cause: error },
      );
    }
  }

  /**
   * Keeps the newest revision. Tokens are opaque, so two cannot be compared. A write's token is newer than what the caller knew; a read's
   * token is newer if the read asked for the one that is kept.
   */
  #see(response: Response, method: HttpMethod, asked: string | undefined): void {
    const revision = response.headers.get('px0-revision');
    if (revision === null || response.headers.get('px0-stale') === 'true') return;
    if (method !== 'GET' || asked === this.#revision) this.#revision = revision;
  }

  /** A response that is not JSON came from something else, such as a proxy with its own login. */
  #bodyOf(response: Response, text: string): unknown {
    if (response.status === NO_CONTENT) return undefined;
    try {
      return readJson(text);
    } catch {
      throw this.#errorOf(response, text);
    }
  }

  #errorOf(response: Response, text: string): ApiError {
    const message = messageIn(text);
    const code = message !== undefined && isOfPx0(response) ? this.#codeOf(message) : undefined;
    const isRefusal = message !== undefined && isOfPx0(response) && !isDoubtful(response, code);
    return new ApiError({
      status: response.status,
      message: message ?? response.statusText,
      code: isRefusal ? code : undefined,
      requestId: response.headers.get('x-request-id') ?? undefined,
      isRefusal,
      hint: response.headers.get('px0-hint'),
    });
  }

  #codeOf(message: string): ErrorCode | undefined {
    return this.#deps.errorMessages.find(
      ([, text]) => message === text || message.startsWith(`${text}: `),
    )?.[0];
  }
}

const NO_CONTENT = 204;

/** 4xx statuses that are about the moment, not the call. */
const OF_THE_MOMENT: ReadonlySet<number> = new Set([408, 425, 429]);
/** Whether a refusal came from px0. Its responses about a resource carry a revision; a proxy's do not, whatever else they look like. */
function isOfPx0({ status, headers }: Response): boolean {
  if (status < 400 || status > 499 || OF_THE_MOMENT.has(status)) return false;
  return headers.get('px0-revision') !== null;
}

/** Whether px0 says that it may be stale, so it may not know the session, membership or prompt yet. */
function isDoubtful({ status, headers }: Response, code: ErrorCode | undefined): boolean {
  if (headers.get('px0-stale') !== 'true') return false;
  return status === 404 || code === 'unauthorized' || code === 'forbidden';
}

function urlOf(path: string, { params = {}, query = {} }: LooseOptions): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => segmentOf(name, params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  return search.size === 0 ? filled : `${filled}?${search}`;
}

/** Encodes a path segment. @throws ApiError for one that a URL cannot hold or would resolve to something else. */
function segmentOf(name: string, value: string): string {
  if (isPathSegment(value)) return encodeURIComponent(value);
  throw new ApiError({
    status: 400,
    message: `the ${name} “${value}” cannot be part of a URL`,
    code: undefined,
    requestId: undefined,
    isRefusal: true,
  });
}

function messageIn(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'error' in body && typeof body.error === 'string') {
      return body.error;
    }
  } catch {
    // A proxy may respond with a page.
  }
  return undefined;
}
