/** Compaction removes old tombstones and breaks neither readers that run nor ones that start. */

import { declareReturn } from '@px0/event-bus/internal';
import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compact } from '../src/outbox/compact.ts';
import { closer, logger, type Owner, openOwner, openReader, type Place } from './support.ts';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

async function ownerWithTombstone(): Promise<Owner> {
  const owner = await openOwner(place, cleanups);
  await owner.projection.whenReady();
  await owner.put('living', 'stays');
  for (let index = 0; index < 3; index += 1) await owner.put('gone', `state ${index}`);
  await owner.remove('gone');
  await eventually(() => owner.projection.reported === owner.projection.position);
  return owner;
}

const compactAll = ({ pool, bus }: Owner, olderThanMs = 0) =>
  compact({ pool, bus, context: 'tenancy', logger, olderThanMs });

it('old tombstones go with their rows, young ones stay', async () => {
  const owner = await ownerWithTombstone();
  expect(await compactAll(owner, 60_000)).toEqual({ removed: 0 });
  expect(await compactAll(owner)).toEqual({ removed: 1 });
  expect(await owner.bus.lastMessage('state', 'px0.state.tenancy.organization.gone')).toBeUndefined();
  expect((await owner.pool.query(`select from outbox where subject like '%.gone'`)).rowCount).toBe(0);
});

it('a database that went back is left alone until its services have published its state', async () => {
  const owner = await ownerWithTombstone();
  const later = String(Date.now() + 60_000);
  await owner.pool.query('update database_fence set went_back = $1', [later]);
  await expect(compactAll(owner)).rejects.toThrow('start them first');
  await declareReturn(owner.bus, 'tenancy', later);
  await owner.put('living', 'shown again');
  await eventually(() => owner.view.nameOf('living') === 'shown again');
  await expect(compactAll(owner)).resolves.toBeDefined();
});

it('a reader that starts afterwards reaches the last sequence, though the last message was a tombstone', async () => {
  const owner = await ownerWithTombstone();
  await compactAll(owner);
  const late = await openReader(place, cleanups);
  await late.projection.whenReady();
  expect(late.view.names()).toEqual({ living: 'stays' });
  const last = (await owner.bus.streamFacts('state'))?.lastSequence;
  await expect.poll(() => late.projection.reported).toBe(last);
});

/** Creates the entity again after its tombstone is gone; a running reader remembers the tombstone's revision. */
async function rebirth(beforeRebirth: (owner: Owner) => Promise<unknown>): Promise<string | undefined> {
  const owner = await ownerWithTombstone();
  await compactAll(owner);
  await beforeRebirth(owner);
  await owner.put('gone', 'again');
  await owner.put('marker', 'after');
  await eventually(() => owner.view.nameOf('marker') === 'after');
  return owner.view.nameOf('gone');
}

it('without the floor a running reader does not see what is created again', async () => {
  expect(
    await rebirth(({ pool }) => pool.query('update outbox_control set revision_floor = 0')),
  ).toBeUndefined();
});

it('with the floor it does', async () => {
  expect(await rebirth(() => Promise.resolve())).toBe('again');
});
