import { describe, expect, it } from 'vitest';
import { clientAddressReader } from './client-address.ts';

describe('the client’s address', () => {
  const read = clientAddressReader(['loopback', '10.0.0.0/8', '2001:db8::/32']);

  it.each([
    ['is the peer’s when there is no proxy', '198.51.100.1', undefined, '198.51.100.1'],
    [
      'is the peer’s when the peer is not trusted, whatever it claims',
      '198.51.100.1',
      '6.6.6.6',
      '198.51.100.1',
    ],
    ['is what a trusted proxy says', '127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['is the last that is no trusted proxy', '10.0.0.1', '6.6.6.6, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['is the first proxy’s when all are trusted', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['stops at what is no address', '10.0.0.1', 'unknown, 10.0.0.2', '10.0.0.2'],
    ['is read from an IPv4-mapped peer', '::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['may be IPv6', '2001:db8::1', '2001:db9::7', '2001:db9::7'],
    ['survives an empty header', '127.0.0.1', '', '127.0.0.1'],
  ])('%s', (_case, peer, forwardedFor, client) => {
    expect(read(peer, forwardedFor)).toBe(client);
  });

  it('rests on networks that exist: a wrong entry stops the start with a sentence', () => {
    for (const wrong of ['10.0.0.0/33', 'proxy.local', '::1/200', '']) {
      expect(() => clientAddressReader([wrong])).toThrow(/^TRUSTED_PROXIES must list addresses or networks/);
    }
  });
});
