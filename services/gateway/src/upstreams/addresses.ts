/**
 * From the configured URLs of an upstream to the addresses behind them. A name may stand for many replicas (a headless
 * Kubernetes service, a compose scale), and for others tomorrow, so it is resolved again and again.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

export interface Address {
  /** Scheme, address and port of one replica. */
  readonly origin: string;
  /** The configured name, which its TLS certificate carries. Undefined where the URL has an address. */
  readonly serverName: string | undefined;
}

/** Injected by tests. */
export type ResolveName = (name: string) => Promise<readonly string[]>;

export const resolveByDns: ResolveName = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

/** True when a URL's host can come to mean other addresses. */
export function isName(url: string): boolean {
  const { hostname } = new URL(url);
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && hostname !== 'localhost';
}

/** The addresses of all URLs, each once. A URL whose name does not resolve at the moment contributes none. */
export async function resolveAddresses(
  urls: readonly string[],
  resolveName: ResolveName,
): Promise<Address[]> {
  const groups = await Promise.all(urls.map((url) => addressesOf(url, resolveName)));
  return [...new Map(groups.flat().map((address) => [address.origin, address])).values()];
}

async function addressesOf(url: string, resolveName: ResolveName): Promise<Address[]> {
  const { origin, protocol, hostname, port } = new URL(url);
  if (!isName(url)) return [{ origin, serverName: undefined }];
  try {
    const addresses = await resolveName(hostname);
    return addresses.map((address) => ({
      origin: `${protocol}//${address.includes(':') ? `[${address}]` : address}${port === '' ? '' : `:${port}`}`,
      serverName: hostname,
    }));
  } catch {
    return [];
  }
}
