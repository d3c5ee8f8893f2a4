import { expect, it } from 'vitest';
import { TransferQueue } from './transfer-queue.ts';

const LONG = 60_000;

it('gives one owner eight turns at a time, and the next one to whoever has waited longest', async () => {
  const queue = new TransferQueue();
  const ends = await Promise.all(Array.from({ length: 8 }, () => queue.turn('acme', LONG)));
  const ninth = queue.turn('acme', LONG);
  expect([queue.running, queue.waitingOf('acme')]).toEqual([8, 1]);
  const other = await queue.turn('other', LONG);
  expect(queue.running).toBe(9);
  ends[0]?.();
  const last = await ninth;
  expect([queue.running, queue.waitingOf('acme')]).toEqual([9, 0]);
  for (const end of [...ends.slice(1), last, other]) end?.();
  await expect.poll(() => queue.running).toBe(0);
});

it('forgets those who have waited too long', async () => {
  const queue = new TransferQueue();
  const ends = await Promise.all(Array.from({ length: 8 }, () => queue.turn('acme', LONG)));
  const tooLong = [queue.turn('acme', 1), queue.turn('acme', 1)];
  expect(await Promise.all(tooLong)).toEqual([undefined, undefined]);
  expect([queue.waiting, queue.waitingOf('acme')]).toEqual([0, 0]);
  for (const end of ends) end?.();
  await expect.poll(() => queue.running).toBe(0);
  expect(await queue.turn('acme', LONG)).toBeTypeOf('function');
});
