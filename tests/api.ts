import { expectDescribed } from '@px0/contracts/response-check';

/** The public API as a plain client sees it: one request, one answer, never a retry, and no revision token sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The body's text; JSON unless it is empty. */
  readonly text: string;
}

export interface RequestOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export class Api {
  readonly #origin: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** `headers` are sent with every request. */
  constructor(origin: string, headers: Readonly<Record<string, string>> = {}) {
    this.#origin = origin;
    this.#headers = headers;
  }

  async request(method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
    const { token, body, headers = {}, timeoutMs = 20_000 } = options;
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      headers: {
        ...this.#headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = { status: response.status, headers: response.headers, text: await response.text() };
    expectDescribed({ method, path, ...answer });
    return answer;
  }

  /** The parsed body of a 2xx answer; anything else is an error that shows the whole exchange. */
  async call(method: Method, path: string, options: RequestOptions = {}): Promise<unknown> {
    const answer = await this.request(method, path, options);
    if (answer.status < 200 || answer.status > 299) {
      const stale = answer.headers.get('px0-stale') === 'true' ? ', stale' : '';
      throw new Error(`${method} ${path} was answered with ${answer.status}${stale}: ${answer.text}`);
    }
    return answer.text === '' ? undefined : JSON.parse(answer.text);
  }
}
