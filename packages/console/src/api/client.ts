/**
 * Calls of the API, typed by the contracts. Each call says the newest revision that this browser knows, so that everyone reads their own
 * writes whichever replica answers; and a session that the API no longer accepts is reported once, here.
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

/** `null` and `undefined` are left out. */
export type QueryValues<Id extends OperationId> = {
  readonly [K in keyof Routes[Id]['query']['shape']]?: string | number | boolean | null | undefined;
};

type Wanted<Key extends string, Value> = [keyof Value] extends [never]
  ? { readonly [K in Key]?: undefined }
  : { readonly [K in Key]: Value };

export type CallOptions<Id extends OperationId> = Wanted<'params', ParamsOf<Routes[Id]>> &
  Wanted<'body', RequestBody<Id>> & {
    readonly query?: QueryValues<Id>;
    readonly signal?: AbortSignal;
    readonly headers?: Readonly<Record<string, string>>;
  };

/** A call whose parameters and body are all optional may be made without any. */
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
  readonly fetch: typeof fetch;
  /** The session's token; undefined while nobody is logged in. */
  readonly token: () => string | undefined;
  /** The API did not accept the token that was sent. */
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

  /** The body of a success. Throws `ApiError`, also for a parameter that no path can hold, which is never sent; a call that was aborted rejects with the signal's reason. */
  async call<Id extends OperationId>(id: Id, ...[options]: CallArguments<Id>): Promise<Reply<Id>> {
    return (await this.#send<Id>(id, options ?? {})).reply;
  }

  /** The same with the response's headers, for those who need the entity tag. */
  answer<Id extends OperationId>(id: Id, ...[options]: CallArguments<Id>): Promise<Answer<Id>> {
    return this.#send<Id>(id, options ?? {});
  }

  async #send<Id extends OperationId>(id: Id, options: LooseOptions): Promise<Answer<Id>> {
    const [method, path] = this.#deps.routeOf(id);
    const token = this.#deps.token();
    const asked = this.#revision;
    const response = await this.#fetch(urlOf(path, options), {
      method,
      headers: {
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
    if (response.ok) {
      // The services validate what they answer in their tests; here the contract's type is taken at its word.
      return { reply: this.#bodyOf(response, text) as Reply<Id>, headers: response.headers };
    }
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
   * Tokens are opaque, so which of two is newer cannot be read off them. A write's is newer than what its caller knew; a read's is
   * so when the read had asked for the one that is kept.
   */
  #see(response: Response, method: HttpMethod, asked: string | undefined): void {
    const revision = response.headers.get('px0-revision');
    if (revision === null || response.headers.get('px0-stale') === 'true') return;
    if (method !== 'GET' || asked === this.#revision) this.#revision = revision;
  }

  /** What is no JSON was sent by something else, such as a proxy with a login of its own. */
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
    });
  }

  #codeOf(message: string): ErrorCode | undefined {
    return this.#deps.errorMessages.find(
      ([, text]) => message === text || message.startsWith(`${text}: `),
    )?.[0];
  }
}

const NO_CONTENT = 204;

/** Statuses of the 4xx range that tell of the moment, not of the call. */
const OF_THE_MOMENT: ReadonlySet<number> = new Set([408, 425, 429]);
/**
 * Whether a refusal is px0's own. Every answer of px0 about a resource carries its revision; a proxy's does not, whatever else it looks like.
 */
function isOfPx0({ status, headers }: Response): boolean {
  if (status < 400 || status > 499 || OF_THE_MOMENT.has(status)) return false;
  return headers.get('px0-revision') !== null;
}

/** Whether px0 says that it may be behind of something that it then does not know: a session, a membership, a prompt. */
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

/** A segment that arrives as it is. @throws ApiError for one that cannot: an address has no place for it, or another meaning. */
function segmentOf(name: string, value: string): string {
  if (isPathSegment(value)) return encodeURIComponent(value);
  throw new ApiError({
    status: 400,
    message: `the ${name} “${value}” cannot be part of an address`,
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
    // A proxy in between may answer with a page.
  }
  return undefined;
}
