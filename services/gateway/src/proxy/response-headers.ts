/** An upstream's headers as the client gets them: hop-by-hop headers are dropped, and the gateway's own are added. */
import type { IncomingHttpHeaders } from 'undici/types/header.d.ts';
import { dropListed, hopByHop, namesIn } from './request-headers.ts';

/** What the gateway itself wants to know of an answer. What is said twice is not said. */
interface AnswerFacts {
  readonly revision: string | undefined;
  readonly contentLength: string | undefined;
  readonly streamOwner: string | undefined;
  /** Names and values in turn, ready for the client. */
  readonly forward: string[];
}

/** The header by which a service names whose stream it is. */
const STREAM_OWNER = 'x-px0-stream-owner';

/** Names that only the gateway sets. */
const replaced = new Set([
  'x-request-id',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  // Between the services and the gateway.
  STREAM_OWNER,
]);

/** Reads and filters headers: names, in lower case, and values in turn. */
export function readResponseHeaders(headers: readonly string[]): AnswerFacts {
  const forward: string[] = [];
  const revisions: string[] = [];
  const owners: string[] = [];
  let contentLength: string | undefined;
  let listed: Set<string> | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    const value = headers[i + 1] ?? '';
    if (name === 'connection') listed = namesIn(value, listed);
    else if (name === STREAM_OWNER) owners.push(value);
    else if (!hopByHop.has(name) && !replaced.has(name)) {
      if (name === 'px0-revision') revisions.push(value);
      else if (name === 'content-length') contentLength = value;
      forward.push(name, value);
    }
  }
  if (listed !== undefined) dropListed(forward, listed);
  return { revision: only(revisions), contentLength, streamOwner: only(owners), forward };
}

function only(values: readonly string[]): string | undefined {
  return values.length === 1 ? values[0] : undefined;
}

/** undici's form as a list. */
export function listOf(headers: IncomingHttpHeaders): string[] {
  const list: string[] = [];
  for (const name in headers) {
    const value = headers[name];
    if (typeof value === 'string') list.push(name, value);
    else if (value !== undefined) for (const one of value) list.push(name, one);
  }
  return list;
}
