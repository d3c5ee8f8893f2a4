/** A `fetch` whose requests go to px0 through a transport. */
import { readable, UnreachableError, UsageError } from './errors.ts';
import { hasDotSegment } from './path-segment.ts';
import { signalOf } from './time-limit.ts';
import type { Request, Transport } from './transport.ts';

/** Of `fetch` what the generated client uses. */
export type Px0Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** A `Response` with one of these must not have a body, not even an empty one. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** Of what a `Response` can be made; a server may send any three digits. */
const LOWEST_STATUS = 200;
const HIGHEST_STATUS = 599;

export function fetchThrough(transport: Transport): Px0Fetch {
  return async (url, init) => {
    const answer = await transport.send(
      readable('the options of a request', () => requestOf(transport.host, url, init ?? {})),
    );
    const { status, headers: answered, text } = answer;
    if (status < LOWEST_STATUS || status > HIGHEST_STATUS) {
      throw new UnreachableError(
        `px0 at ${transport.host} answered ${status}, which is not a response from px0`,
        {
          status,
        },
      );
    }
    return new Response(WITHOUT_BODY.has(status) ? null : text, { status, headers: answered });
  };
}

const METHOD = /^[\w!#$%&'*+.^`|~-]+$/;
/** Those that `fetch` itself refuses. */
const FORBIDDEN_METHODS = new Set(['CONNECT', 'TRACE', 'TRACK']);
const READING_METHODS = new Set(['GET', 'HEAD']);

/** @throws UsageError for what `fetch` would refuse to send, which would look like an outage */
function requestOf(host: string, url: unknown, init: RequestInit): Request {
  const { method = 'GET', headers, body = null, signal } = init;
  const upperCase = typeof method === 'string' && METHOD.test(method) ? method.toUpperCase() : undefined;
  if (upperCase === undefined || FORBIDDEN_METHODS.has(upperCase)) {
    throw new UsageError('the method cannot be sent');
  }
  const isReading = READING_METHODS.has(upperCase);
  if (body !== null && typeof body !== 'string') throw new UsageError('a body must be a string');
  if (body !== null && isReading) throw new UsageError(`a ${upperCase} must not have a body`);
  return {
    method,
    path: pathOf(url, host),
    headers: headersOf(headers),
    ...(body !== null && { body }),
    repeatable: isReading,
    signal: signalOf(signal),
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
    throw new UsageError(
      'the address contains a dot segment, an empty segment, a backslash or an unencoded blank',
    );
  }
  return path;
}

/** They are made by what sends the request, which refuses them or waits for ever. */
const OF_THE_CONNECTION = new Set(
  'connection content-length expect keep-alive transfer-encoding upgrade'.split(' '),
);

function headersOf(given: RequestInit['headers']): Record<string, string> {
  const headers = readHeaders(given);
  const name = Object.keys(headers).find((header) => OF_THE_CONNECTION.has(header));
  if (name !== undefined)
    throw new UsageError(`the header ${name} is set by the connection, not by the caller`);
  return headers;
}

function readHeaders(given: RequestInit['headers']): Record<string, string> {
  try {
    return Object.fromEntries(new Headers(given));
  } catch {
    throw new UsageError('a header has an invalid name or value');
  }
}
