/** A `fetch` whose requests go to px0 through a transport. */
import { UsageError } from './errors.ts';
import type { Transport } from './transport.ts';

/** Of `fetch` what the generated client uses. */
export type Px0Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** A `Response` with one of these must not have a body, not even an empty one. */
const WITHOUT_BODY = new Set([204, 205, 304]);

export function fetchThrough(transport: Transport): Px0Fetch {
  return async (url, { method = 'GET', headers, body, signal } = {}) => {
    if (!url.startsWith(`${transport.host}/`)) throw new UsageError(`${url} is not at ${transport.host}`);
    if (body !== undefined && body !== null && typeof body !== 'string') {
      throw new UsageError('a body has to be a text');
    }
    const answer = await transport.send({
      method,
      path: url.slice(transport.host.length),
      headers: Object.fromEntries(new Headers(headers)),
      ...(typeof body === 'string' && { body }),
      repeatable: method === 'GET' || method === 'HEAD',
      signal: signal ?? undefined,
    });
    const { status, headers: answered, text } = answer;
    return new Response(WITHOUT_BODY.has(status) ? null : text, { status, headers: answered });
  };
}
