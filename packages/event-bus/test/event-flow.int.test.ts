/** From a transaction to every reader, when nothing goes wrong. */
import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { closer, openOwner, openReader, type Place } from './support.ts';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

test('a committed write reaches a reader that runs and one that starts later', async () => {
  const owner = await openOwner(place, cleanups);
  const early = await openReader(place, cleanups);
  await owner.projection.whenReady();
  await early.projection.whenReady();
  expect(await owner.put('o1', 'first')).toBe(1);
  expect(await owner.put('o1', 'second')).toBe(2);
  await eventually(() => early.view.nameOf('o1') === 'second');

  const late = await openReader(place, cleanups);
  await late.projection.whenReady();
  expect(late.view.names()).toEqual({ o1: 'second' });
  expect(late.projection.reported).toBe(early.projection.reported);
});

test('a rolled back write is never seen', async () => {
  const owner = await openOwner(place, cleanups);
  await owner.projection.whenReady();
  const failing = owner.outbox.transaction(owner.prisma, async (tx) => {
    await owner.outbox.put(tx, 'organization', 'o1', { name: 'x', created_at: 'now' });
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  await owner.put('o2', 'kept');
  await eventually(() => owner.view.nameOf('o2') === 'kept');
  expect(owner.view.names()).toEqual({ o2: 'kept' });
});
