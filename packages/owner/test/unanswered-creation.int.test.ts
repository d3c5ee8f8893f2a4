import { TcpProxy, testBus } from '@px0/testing';
import { expect, it } from 'vitest';
import { closer, openOwner, openReader } from './support.ts';

it('a reader whose consumer was placed on a server that never answers asks for another one', async () => {
  const cleanups = closer();
  const place = await testBus();
  let unanswered = 0;
  // The request of the first consumer gets no answer, as when the cluster has placed it on a server that stands still.
  const proxy = await TcpProxy.start(Number(new URL(place.servers).port), {
    pass: (piece, from) => {
      if (unanswered > 0 || from !== 'client' || !piece.includes('.CONSUMER.CREATE.')) return piece;
      unanswered += 1;
      return undefined;
    },
  });
  cleanups.add('proxy', () => proxy.close());
  try {
    const owner = await openOwner(place, cleanups);
    await owner.put('o1', 'there');
    const reader = await openReader({ ...place, servers: `nats://127.0.0.1:${proxy.port}` }, cleanups);
    await expect.poll(() => reader.view.nameOf('o1'), { timeout: 60_000 }).toBe('there');
    expect([unanswered, reader.bus.disconnects]).toEqual([1, 0]);
  } finally {
    await cleanups.run();
  }
}, 90_000);
