/** The public API as a plain client sees it: one request, one answer, no retry, and no revision token sent. */

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body's text; JSON unless it is empty. */
  readonly text: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: 20 s. */
  readonly timeoutMs?: number;
}

export interface ApiOptions {
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sees every answer before the caller does; what it throws fails the request. */
  readonly inspect?: (answer: Answer & { readonly method: Method; readonly path: string }) => void;
}

export class Api {
  readonly #origin: string;
  readonly #options: ApiOptions;

  constructor(origin: string, options: ApiOptions = {}) {
    this.#origin = origin;
    this.#options = options;
  }

  async request(method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
    const { token, body, headers = {}, timeoutMs = 20_000 } = options;
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      headers: {
        ...this.#options.headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = { status: response.status, headers: response.headers, text: await response.text() };
    this.#options.inspect?.({ method, path, ...answer });
    return answer;
  }

  /**
   * The parsed body of a 2xx answer; undefined when it is empty.
   *
   * @throws Error that shows the whole exchange, for any other status
   */
  async call(method: Method, path: string, options: RequestOptions = {}): Promise<unknown> {
    const answer = await this.request(method, path, options);
    if (answer.status < 200 || answer.status > 299) {
      const stale = answer.headers.get('px0-stale') === 'true' ? ', stale' : '';
      throw new Error(`${method} ${path} was answered with ${answer.status}${stale}: ${answer.text}`);
    }
    return answer.text === '' ? undefined : JSON.parse(answer.text);
  }
}
