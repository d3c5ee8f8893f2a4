/** A process looks at the release of each NATS server that it comes to: what is too old is refused, what skips messages is warned of. */
import { connectBus } from '@px0/event-bus/internal';
import { silentLogger } from '@px0/service-kit';
import { TcpProxy, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { closer, type Place } from './support.ts';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

/** The run's own server, which says that it is of another release. */
async function serverOf(release: string) {
  const said = { release };
  const { port } = new URL(place.servers);
  const proxy = await TcpProxy.start(Number(port), {
    pass: (piece, from) => {
      const text = piece.toString('latin1');
      if (from !== 'server' || !text.startsWith('INFO ')) return piece;
      return Buffer.from(text.replace(/"version":"[^"]*"/, `"version":"${said.release}"`), 'latin1');
    },
  });
  cleanups.add('proxy', () => proxy.close());
  return { proxy, said, servers: `127.0.0.1:${proxy.port}` };
}

async function connected(servers: string) {
  const logger = silentLogger();
  const warn = vi.spyOn(logger, 'warn');
  const error = vi.spyOn(logger, 'error');
  const bus = await connectBus({ servers, streamPrefix: place.streamPrefix, name: 'test', logger });
  cleanups.add('bus', () => bus.close());
  return { bus, warn, error };
}

it('a server before 2.9 is refused in one line', async () => {
  const { servers } = await serverOf('2.8.4');
  await expect(connected(servers)).rejects.toThrow(
    /^The NATS server is release 2\.8\.4; px0 needs 2\.9\.0 or later\.$/,
  );
});

it('a server that skips messages is warned of once, and again when the process has come from another one', async () => {
  const { proxy, said, servers } = await serverOf('2.9.25');
  const { bus, warn } = await connected(servers);
  const reconnected = async (release: string, times: number) => {
    said.release = release;
    const before = bus.disconnects;
    proxy.cut();
    proxy.heal();
    await expect.poll(() => bus.disconnects > before && bus.connected).toBe(true);
    await expect.poll(() => warn.mock.calls.length).toBe(times);
  };
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    { version: '2.9.25' },
    expect.stringMatching(/^NATS server 2\.9\.25 can skip messages of large streams .*; upgrade it\.$/),
  );
  await reconnected('2.9.25', 1);
  await reconnected('2.12.15', 1);
  await reconnected('2.9.24', 2);
});

it('a process that runs goes on with a server that it would not start with, and says so', async () => {
  const { proxy, said, servers } = await serverOf('2.15.3');
  const { bus, error } = await connected(servers);
  said.release = '2.8.4';
  proxy.cut();
  proxy.heal();
  await expect
    .poll(() => error.mock.calls)
    .toEqual([['The NATS server is release 2.8.4; px0 needs 2.9.0 or later.']]);
  await expect.poll(() => bus.connected).toBe(true);
});
