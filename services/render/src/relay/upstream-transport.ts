/** Requests of a relay to the px0 before it. */
import type { Transport } from '@px0/delivery';
import { sendByNode } from '@px0/delivery/node';

/** Where the upstream is, and who asks. */
export interface UpstreamAddress {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string;
}

export function upstreamTransport({ url, key }: UpstreamAddress): Transport {
  return ({ path, headers, signal }) =>
    sendByNode({ url: `${url}${path}`, headers: { ...headers, authorization: `Bearer ${key}` }, signal });
}

/** Of a relay that has none: it is never asked. */
export const noTransport: Transport = () => Promise.reject(new Error('there is no upstream'));
