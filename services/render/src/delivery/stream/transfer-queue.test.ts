import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TransferQueue } from './transfer-queue.ts';

/** Transfers that run until they are ended, and what has begun so far. */
function scene() {
  const queue = new TransferQueue();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const never = new Promise<void>(() => undefined);
  return {
    queue,
    begun,
    running: (owner: string) => {
      const end = Promise.withResolvers<void>();
      ends.push(end.resolve);
      queue.enter(owner, () => {
        begun.push(owner);
        return end.promise;
      });
    },
    stuck: (owner: string) =>
      queue.enter(owner, async ({ pause }) => {
        begun.push(owner);
        await pause(never);
      }),
    endOne: async () => {
      ends.shift()?.();
      await turn();
    },
  };
}

describe('transfers', () => {
  it('run eight at a time of one owner, and the owners take turns', async () => {
    const { queue, begun, running, endOne } = scene();
    for (let i = 0; i < 20; i += 1) running('acme');
    expect([begun.length, queue.waiting]).toEqual([8, 12]);
    for (let i = 0; i < 20; i += 1) for (const owner of ['a', 'b', 'c', 'd']) running(owner);
    expect([begun.length, queue.running]).toEqual([32, 32]);
    for (const owner of ['a', 'b', 'c', 'd']) expect(begun.filter((one) => one === owner)).toHaveLength(6);
    for (let i = 0; i < 5; i += 1) await endOne();
    expect(begun.slice(32).toSorted()).toEqual(['a', 'acme', 'b', 'c', 'd']);
  });

  it('of clients that do not read hold up those of their owner only', () => {
    const { queue, begun, running, stuck } = scene();
    for (const owner of ['a', 'b', 'c', 'd', 'e']) for (let i = 0; i < 50; i += 1) stuck(owner);
    expect([begun.length, queue.running, queue.waiting]).toEqual([40, 0, 210]);
    running('acme');
    expect(begun.at(-1)).toBe('acme');
  });

  it('go on when their client has read', async () => {
    const { queue, running, begun } = scene();
    const hasRead = Promise.withResolvers<void>();
    const steps: string[] = [];
    queue.enter('slow', async ({ pause }) => {
      steps.push('first');
      await pause(hasRead.promise);
      steps.push('second');
    });
    for (let i = 0; i < 40; i += 1) running(`owner ${i}`);
    expect([steps, begun.length, queue.running]).toEqual([['first'], 32, 32]);
    hasRead.resolve();
    await turn();
    expect(steps).toEqual(['first', 'second']);
    expect(queue.running).toBe(32);
  });

  it('that wait by the thousand are the business of one owner', () => {
    const { queue, running } = scene();
    for (let i = 0; i < 2_008; i += 1) running('acme');
    expect(queue.hasRoomFor('acme')).toBe(false);
    expect(queue.hasRoomFor('another')).toBe(true);
  });

  it('begin for those who wait for a turn, in their order, unless they have waited too long', async () => {
    const { queue } = scene();
    const long = 60_000;
    const ends = await Promise.all(Array.from({ length: 8 }, () => queue.turn('acme', long)));
    expect(await Promise.all([queue.turn('acme', 1), queue.turn('acme', 1)])).toEqual([undefined, undefined]);
    expect([queue.waiting, queue.waitingOf('acme')]).toEqual([0, 0]);
    const ninth = queue.turn('acme', long);
    expect([queue.running, queue.waitingOf('acme')]).toEqual([8, 1]);
    ends[0]?.();
    const last = await ninth;
    expect([queue.running, queue.waitingOf('acme')]).toEqual([8, 0]);
    for (const end of [...ends.slice(1), last]) end?.();
    await turn();
    expect(queue.running).toBe(0);
  });
});
