/**
 * A request's headers, read in one pass over what the parser delivered (no object is built on the hot path), and written again for
 * the upstream: hop-by-hop headers end here, and what the gateway itself asserts cannot be asserted by a client.
 */

export interface RequestFacts {
  authorization: string | undefined;
  origin: string | undefined;
  requestId: string | undefined;
  minRevision: string | undefined;
  /** Whether `Px0-Consistency` has any value; the service judges which. */
  requiresConsistency: boolean;
  forwardedFor: string | undefined;
  forwardedProto: string | undefined;
  host: string | undefined;
  traceparent: string | undefined;
  tracestate: string | undefined;
  contentLength: string | undefined;
  isChunked: boolean;
  ifMatch: boolean;
  /** Names and values in turn, in lower case, ready for the upstream, without those that the gateway adds. */
  readonly forward: string[];
}

/** Hop-by-hop headers, in addition to those that `Connection` lists. */
export const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  // The gateway has answered it itself by reading the body.
  'expect',
]);

/** Reads and filters raw headers (names and values in turn, as in `IncomingMessage.rawHeaders`). */
export function readRequestHeaders(raw: readonly string[]): RequestFacts {
  const facts: RequestFacts = {
    authorization: undefined,
    origin: undefined,
    requestId: undefined,
    minRevision: undefined,
    requiresConsistency: false,
    forwardedFor: undefined,
    forwardedProto: undefined,
    host: undefined,
    traceparent: undefined,
    tracestate: undefined,
    contentLength: undefined,
    isChunked: false,
    ifMatch: false,
    forward: [],
  };
  let listed: Set<string> | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const value = raw[i + 1] ?? '';
    switch (name) {
      case 'connection':
        listed = namesIn(value, listed);
        break;
      case 'transfer-encoding':
        facts.isChunked = true;
        break;
      case 'content-length':
        facts.contentLength = value;
        break;
      case 'host':
        facts.host = value;
        break;
      case 'x-request-id':
        facts.requestId = value;
        break;
      case 'traceparent':
        facts.traceparent = value;
        break;
      case 'tracestate':
        facts.tracestate = value;
        break;
      case 'px0-min-revision':
        // An empty one asks for nothing, so the gateway's own revision takes its place.
        if (value !== '') facts.minRevision = value;
        break;
      case 'px0-consistency':
        if (value !== '') facts.requiresConsistency = true;
        facts.forward.push(name, value);
        break;
      case 'x-forwarded-for':
        facts.forwardedFor = facts.forwardedFor === undefined ? value : `${facts.forwardedFor}, ${value}`;
        break;
      case 'x-forwarded-proto':
        facts.forwardedProto = value;
        break;
      case 'x-forwarded-host':
      case 'forwarded':
      case 'x-real-ip':
      case 'px0-revision-source':
        break;
      case 'authorization':
        facts.authorization = value;
        facts.forward.push(name, value);
        break;
      case 'origin':
        facts.origin = value;
        break;
      case 'if-match':
        facts.ifMatch = true;
        facts.forward.push(name, value);
        break;
      default:
        if (!hopByHop.has(name)) facts.forward.push(name, value);
    }
  }
  if (listed !== undefined) dropListed(facts.forward, listed);
  return facts;
}

/** The names that a `Connection` header lists. The two usual values list none, and cost nothing. */
export function namesIn(value: string, known?: Set<string>): Set<string> | undefined {
  const text = value.toLowerCase();
  if (text === 'keep-alive' || text === 'close') return known;
  const names = known ?? new Set<string>();
  for (const name of text.split(',')) names.add(name.trim());
  return names;
}

/** Removes what a `Connection` header lists. */
export function dropListed(headers: string[], listed: ReadonlySet<string>): void {
  for (let i = headers.length - 2; i >= 0; i -= 2) {
    const name = headers[i] ?? '';
    // No client may have the credential dropped on the way: the service must judge what the client sent.
    if (listed.has(name) && name !== 'authorization') headers.splice(i, 2);
  }
}
