/** An upstream's headers as the client gets them: hop-by-hop headers are dropped, and the gateway's own are added. */
import { hopByHop, namesIn } from './request-headers.ts';

type UpstreamHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Names that only the gateway sets. */
const replaced = new Set([
  'x-request-id',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  // Between the services and the gateway.
  'x-px0-stream-owner',
]);

/** Appends an upstream's headers to `out` (names and values in turn). */
export function appendResponseHeaders(out: string[], headers: UpstreamHeaders): void {
  const connection = headers['connection'];
  const listed = typeof connection === 'string' ? namesIn(connection) : undefined;
  for (const name in headers) {
    if (hopByHop.has(name) || replaced.has(name) || listed?.has(name) === true) continue;
    const value = headers[name];
    if (typeof value === 'string') out.push(name, value);
    else if (value !== undefined) for (const one of value) out.push(name, one);
  }
}
