/** Which pages may call the API from a browser: an allow-list of origins, with credentials. The contract fixes the rest. */

import { responseHeaders } from '@px0/contracts';

/** Scripts may read these of an answer; a browser hides every other header. */
const EXPOSED = responseHeaders.join(', ');

const METHODS = 'GET, POST, HEAD, PUT, DELETE, PATCH, OPTIONS';
const REQUEST_HEADERS = [
  'Origin, Content-Type, Accept, Authorization, X-API-Key',
  'If-Match, If-None-Match, Px0-Min-Revision, Px0-Consistency, Px0-Break-Glass, Px0-Client, X-Request-Id, traceparent, tracestate',
].join(', ');
/** Browsers cap it at two hours or less; a shorter life costs a preflight per page. */
const MAX_AGE_SECONDS = '7200';

export class Cors {
  readonly #answers: ReadonlyMap<string, readonly string[]>;

  constructor(origins: readonly string[]) {
    this.#answers = new Map(
      origins.map((origin) => [
        origin,
        [
          'access-control-allow-origin',
          origin,
          'access-control-allow-credentials',
          'true',
          'access-control-expose-headers',
          EXPOSED,
        ],
      ]),
    );
  }

  /** Headers for an answer to a request of this origin (names and values in turn); none for an origin that is not listed. */
  headersFor(origin: string): readonly string[] {
    return this.#answers.get(origin) ?? [];
  }

  /** Headers of the answer to a preflight; a browser refuses the call when the origin's own are missing. */
  preflightHeaders(origin: string): readonly string[] {
    const allowed = this.headersFor(origin);
    if (allowed.length === 0) return ['vary', 'Origin'];
    return [
      ...allowed,
      'access-control-allow-methods',
      METHODS,
      'access-control-allow-headers',
      REQUEST_HEADERS,
      'access-control-max-age',
      MAX_AGE_SECONDS,
      'vary',
      'Origin, Access-Control-Request-Headers',
    ];
  }
}
