/**
 * Who is calling, when proxies stand in front. `X-Forwarded-For` is believed only as far as trusted proxies wrote it: read from the
 * right, the first address that is not one of them is the client. Limits rest on this, so a client must not choose its address.
 */
import { BlockList, isIP } from 'node:net';
import { StartError } from '@px0/service-kit';

export type ClientAddressOf = (peer: string, forwardedFor: string | undefined) => string;

const namedNetworks: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Decisions kept per peer: there are few proxies, and many clients of one request each. */
const CACHE_SIZE = 1_000;

/**
 * @param trusted addresses, networks (`10.0.0.0/8`), or the names `loopback`, `linklocal`, `uniquelocal`
 * @throws StartError for an entry that is none of these
 */
export function clientAddressReader(trusted: readonly string[]): ClientAddressOf {
  const networks = new BlockList();
  for (const entry of trusted.flatMap((name) => namedNetworks[name] ?? [name])) addNetwork(networks, entry);
  const cache = new Map<string, boolean>();

  const isTrusted = (address: string): boolean => {
    const known = cache.get(address);
    if (known !== undefined) return known;
    const version = isIP(address);
    const result = version !== 0 && networks.check(address, version === 6 ? 'ipv6' : 'ipv4');
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(address, result);
    return result;
  };

  return (peer, forwardedFor) => {
    let client = withoutMapping(peer);
    if (forwardedFor === undefined || !isTrusted(client)) return client;
    for (const hop of forwardedFor.split(',').reverse()) {
      const address = withoutMapping(hop.trim());
      if (isIP(address) === 0) return client;
      client = address;
      if (!isTrusted(client)) return client;
    }
    return client;
  };
}

function addNetwork(networks: BlockList, entry: string): void {
  const [address = '', prefix] = entry.split('/');
  const version = isIP(address);
  const length = prefix === undefined ? (version === 6 ? 128 : 32) : Number(prefix);
  if (version === 0 || !Number.isInteger(length) || length < 0 || length > (version === 6 ? 128 : 32)) {
    throw new StartError(`TRUSTED_PROXIES must list addresses or networks; "${entry}" is neither.`);
  }
  networks.addSubnet(address, length, version === 6 ? 'ipv6' : 'ipv4');
}

/** An IPv4 client of a dual-stack socket appears as `::ffff:1.2.3.4`. */
function withoutMapping(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
