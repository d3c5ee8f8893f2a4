import { silentLogger } from '@px0/service-kit';
import { describe, expect, it } from 'vitest';
import { resolveAddresses } from './addresses.ts';
import { Upstream } from './upstream.ts';

async function upstream(urls: string[], resolveName = async (): Promise<string[]> => []) {
  const one = new Upstream({
    name: 'render',
    urls,
    connections: 1,
    timeouts: { ordinary: 100, long: 100, stream: 100 },
    pendingLimit: 10,
    dnsRefreshMs: 10,
    logger: silentLogger(),
    resolveName,
  });
  await one.start();
  return one;
}

describe('addresses', () => {
  it('are all that a name stands for, each once, IPv6 in brackets', async () => {
    const { addresses } = await resolveAddresses(
      ['http://render:8004', 'http://127.0.0.1:1', 'http://10.0.0.1:8004'],
      async () => ['10.0.0.1', 'fd00::2'],
    );
    expect(addresses).toEqual([
      { origin: 'http://10.0.0.1:8004', serverName: undefined },
      { origin: 'http://[fd00::2]:8004', serverName: 'render' },
      { origin: 'http://127.0.0.1:1', serverName: undefined },
    ]);
  });
});

describe('an upstream', () => {
  it('prefers the replica with the fewest pending, and passes over one that rests', async () => {
    const one = await upstream(['http://10.0.0.1:1', 'http://10.0.0.2:1', 'http://10.0.0.3:1']);
    const [a, b, c] = one.replicas;
    if (a === undefined || b === undefined || c === undefined) throw new Error('three replicas');
    a.pending = 2;
    b.pending = 1;
    c.pending = 5;
    expect(one.pick()).toBe(b);
    expect(one.pick(b)).toBe(a);
    b.rest();
    expect(one.pick()).toBe(a);
    a.rest();
    c.rest();
    expect(one.pick()).toBe(b);
    await one.close();
  });

  it('takes turns among equals', async () => {
    const one = await upstream(['http://10.0.0.1:1', 'http://10.0.0.2:1']);
    const picked = Array.from({ length: 6 }, () => one.pick()?.origin);
    expect(picked.filter((origin) => origin === 'http://10.0.0.1:1')).toHaveLength(3);
    await one.close();
  });

  it('follows its name to new addresses, keeps replicas that stay, and outlives a name server that is away', async () => {
    let addresses: string[] | Error = ['10.0.0.1', '10.0.0.2'];
    let failures = 0;
    const one = await upstream(['http://render:8004'], async () => {
      if (addresses instanceof Error) {
        failures += 1;
        throw addresses;
      }
      return addresses;
    });
    const [, kept] = one.replicas;
    addresses = ['10.0.0.2', '10.0.0.3'];
    await expect
      .poll(() => one.replicas.map(({ origin }) => origin))
      .toEqual(['http://10.0.0.2:8004', 'http://10.0.0.3:8004']);
    expect(one.replicas[0]).toBe(kept);
    addresses = new Error('SERVFAIL');
    await expect.poll(() => failures).toBeGreaterThan(1);
    expect(one.replicas).toHaveLength(2);
    await one.close();
  });
});
