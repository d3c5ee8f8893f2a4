/** A `fetch` whose requests go to px0 through a transport. */
import { UnreachableError, UsageError } from './errors.ts';
import { hasDotSegment } from './path-segment.ts';
import type { Transport } from './transport.ts';

/** Of `fetch` what the generated client uses. */
export type Px0Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** A `Response` with one of these must not have a body, not even an empty one. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** Of what a `Response` can be made; a server may send any three digits. */
const LOWEST_STATUS = 200;
const HIGHEST_STATUS = 599;

export function fetchThrough(transport: Transport): Px0Fetch {
  return async (url, init) => {
    const { method = 'GET', headers, body, signal } = init ?? {};
    if (body !== undefined && body !== null && typeof body !== 'string') {
      throw new UsageError('a body has to be a text');
    }
    const answer = await transport.send({
      method,
      path: pathOf(url, transport.host),
      headers: headersOf(headers),
      ...(typeof body === 'string' && { body }),
      repeatable: method === 'GET' || method === 'HEAD',
      signal: signal ?? undefined,
    });
    const { status, headers: answered, text } = answer;
    if (status < LOWEST_STATUS || status > HIGHEST_STATUS) {
      throw new UnreachableError(`px0 at ${transport.host} answered ${status}, which is no answer of px0`, {
        status,
      });
    }
    return new Response(WITHOUT_BODY.has(status) ? null : text, { status, headers: answered });
  };
}

/** @throws UsageError for an address elsewhere, and one that would be sent as another than it reads */
function pathOf(url: unknown, host: string): string {
  // It is not repeated, for it may hold what is secret.
  if (typeof url !== 'string' || !url.startsWith(`${host}/`))
    throw new UsageError(`the address is not at ${host}`);
  const path = url.slice(host.length);
  const [resource = ''] = path.split(/[?#]/, 1);
  if (hasDotSegment(resource) || resource.includes('//') || /[\\\p{C}\p{Z}]/u.test(path)) {
    throw new UsageError('the address has a dot segment, an empty one, a backslash or an unencoded blank');
  }
  return path;
}

function headersOf(headers: RequestInit['headers']): Record<string, string> {
  try {
    return Object.fromEntries(new Headers(headers));
  } catch {
    throw new UsageError('a header has a name or a value that cannot be sent');
  }
}
