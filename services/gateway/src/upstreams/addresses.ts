/**
 * From the configured URLs of an upstream to the addresses behind them. A name may stand for many replicas (a Kubernetes service, a
 * compose scale), and for others tomorrow: a directory says so at once, and DNS is asked again and again.
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

/** Knows the addresses behind names without asking DNS. */
export interface EndpointDirectory {
  /** Undefined where it knows nothing; an empty list where it knows that there are none. */
  addressesOf(url: string): readonly Address[] | undefined;
  /** Calls back whenever what it knows may have changed. */
  onChange(listener: () => void): void;
}

/** True when a URL's host can come to mean other addresses. */
export function isName(url: string): boolean {
  const { hostname } = new URL(url);
  return isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && hostname !== 'localhost';
}

export interface Resolution {
  /** Each once. */
  readonly addresses: readonly Address[];
  /** False when an answer may be missing: a name that does not resolve at the moment contributes no address. */
  readonly isComplete: boolean;
}

/** The addresses of all URLs, from the directory where it knows them, else by name. */
export async function resolveAddresses(
  urls: readonly string[],
  resolveName: ResolveName,
  directory?: EndpointDirectory,
): Promise<Resolution> {
  const groups = await Promise.all(
    urls.map((url) => directory?.addressesOf(url) ?? resolveUrl(url, resolveName)),
  );
  const known = groups.filter((group) => group !== undefined);
  return {
    addresses: [...new Map(known.flat().map((address) => [address.origin, address])).values()],
    isComplete: known.length === groups.length,
  };
}

async function resolveUrl(url: string, resolveName: ResolveName): Promise<Address[] | undefined> {
  const { origin, protocol, hostname, port } = new URL(url);
  if (!isName(url)) return [{ origin, serverName: undefined }];
  try {
    const addresses = await resolveName(hostname);
    // A name server that has nothing to say has lost its data more often than a service all of its replicas.
    if (addresses.length === 0) return undefined;
    return addresses.map((address) => ({
      origin: originOf(protocol, address, port),
      serverName: hostname,
    }));
  } catch {
    return undefined;
  }
}

/** The port may be empty. */
export function originOf(protocol: string, address: string, port: string): string {
  return `${protocol}//${address.includes(':') ? `[${address}]` : address}${port === '' ? '' : `:${port}`}`;
}
