/** The stream goes back to an older copy of itself, or is lost: running readers serve on, starting ones wait, nothing stays lost. */

import type { ProjectionOptions } from '@px0/event-bus/internal';
import { eventually, type OwnNats, ownNats } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closer, openOwner, openReader } from './support.ts';

let cleanups = closer();
let nats: OwnNats;

beforeEach(async () => {
  cleanups = closer();
  nats = await ownNats();
  cleanups.add('nats', () => nats.close());
});
afterEach(() => cleanups.run());

const place = () => ({ servers: nats.servers, streamPrefix: '' });

async function restoreOlderCopy(): Promise<void> {
  await nats.stop();
  await nats.restoreStore(await older);
  await nats.start();
}
let older: Promise<string>;

/** Writes, takes a copy, writes on, and puts the copy back. */
async function goBack(rules: ProjectionOptions['rules'] = {}) {
  const owner = await openOwner(place(), cleanups, { projection: { rules } });
  const running = await openReader(place(), cleanups, { rules });
  await owner.projection.whenReady();
  await running.projection.whenReady();
  await owner.put('o1', 'before');
  await eventually(() => running.view.nameOf('o1') === 'before');
  older = nats.copyStore();
  await older;
  await eventually(() => owner.projection.connected && running.projection.connected);
  await owner.put('o1', 'after');
  await owner.put('o2', 'after');
  await eventually(() => running.view.nameOf('o2') === 'after');
  const epoch = owner.projection.epoch?.epoch ?? '';
  const token = running.projection.token() ?? '';
  await restoreOlderCopy();
  await eventually(() => owner.projection.connected && running.projection.connected);
  return { owner, running, epoch, token };
}

it('without the comparison a stream that went back to an older copy lacks what was written since', async () => {
  await goBack({ sameStream: () => Promise.resolve(true) });
  const late = await openReader(place(), cleanups);
  await late.projection.whenReady();
  expect(late.view.names()).toEqual({ o1: 'before' });
});

it('after it went back to an older copy a new epoch shows everything again', async () => {
  const { owner, running, epoch, token } = await goBack();
  await eventually(() => running.projection.settledInEpoch && running.projection.epoch?.epoch !== epoch);
  expect(running.view.names()).toEqual({ o1: 'after', o2: 'after' });
  expect(running.view.dropped).toEqual([]);
  expect(running.projection.ready).toBe(true);
  expect(await running.projection.waitFor(token, 30_000)).toBe('reached');

  const late = await openReader(place(), cleanups);
  await late.projection.whenReady();
  expect(late.view.names()).toEqual({ o1: 'after', o2: 'after' });
  await owner.put('o1', 'later');
  await eventually(() => running.view.nameOf('o1') === 'later' && late.view.nameOf('o1') === 'later');
});

it('an owner that starts on an older copy than it published to declares a new epoch', async () => {
  const first = closer();
  const owner = await openOwner(place(), first, { pool: (await openOwner(place(), cleanups)).pool });
  await owner.projection.whenReady();
  await owner.put('o1', 'before');
  const epoch = owner.projection.epoch?.epoch;
  const copy = await nats.copyStore();
  await eventually(() => owner.projection.connected);
  await owner.put('o2', 'after');
  await first.run();
  await nats.stop();
  await nats.restoreStore(copy);
  await nats.start();
  const again = await openOwner(place(), cleanups, { pool: owner.pool });
  await again.projection.whenReady();
  expect(again.projection.epoch?.epoch).not.toBe(epoch);
  await eventually(() => again.view.nameOf('o2') === 'after');
});

/** Loses the stream while the owner is kept from publishing, with one reader that runs and one that starts. */
async function lose(rules: ProjectionOptions['rules'] = {}) {
  let open: () => void = () => undefined;
  let gate: Promise<void> = Promise.resolve();
  const owner = await openOwner(place(), cleanups, { hooks: { beforePublish: () => gate } });
  const running = await openReader(place(), cleanups);
  await owner.projection.whenReady();
  await running.projection.whenReady();
  await owner.put('o1', 'kept');
  await owner.put('o2', 'forgotten by its owner');
  await eventually(() => running.view.nameOf('o2') !== undefined);
  await owner.pool.query(`delete from outbox where subject like '%.o2'`);
  gate = new Promise((resolve) => {
    open = resolve;
  });
  await nats.stop();
  await nats.wipe();
  await nats.start();
  const starting = await openReader(place(), cleanups, { rules });
  await eventually(() => starting.projection.epoch !== undefined && starting.projection.reported > 0);
  return { owner, running, starting, open };
}

it('without completeness a reader that starts on a recreated stream serves nothing as if it were all', async () => {
  const { starting, open } = await lose({ isReady: ({ caughtUp }) => caughtUp });
  await starting.projection.whenReady();
  expect(starting.view.names()).toEqual({});
  open();
});

it('a recreated stream: who starts is not ready before all is shown, who runs serves on', async () => {
  const { owner, running, starting, open } = await lose();
  expect(starting.projection.ready).toBe(false);
  expect(starting.projection.incomplete).toEqual(['tenancy']);
  await eventually(() => running.projection.epoch?.epoch === starting.projection.epoch?.epoch);
  expect(running.projection.ready).toBe(true);
  expect(running.view.nameOf('o1')).toBe('kept');
  expect(running.view.dropped).toEqual([]);

  open();
  await starting.projection.whenReady();
  expect(starting.view.names()).toEqual({ o1: 'kept' });
  // What the epoch does not show is gone, and only that.
  await eventually(() => running.view.dropped.includes('o2'));
  expect(running.view.names()).toEqual({ o1: 'kept' });
  await owner.put('o3', 'new');
  await eventually(() => running.view.nameOf('o3') === 'new' && starting.view.nameOf('o3') === 'new');
});

it('of several owners that find the stream lost exactly one declares the epoch', async () => {
  const owners = await Promise.all([1, 2, 3].map(() => openOwner(place(), cleanups)));
  await Promise.all(owners.map(({ projection }) => projection.whenReady()));
  const before = owners[0]?.projection.epoch?.epoch;
  await nats.stop();
  await nats.wipe();
  await nats.start();
  await eventually(() =>
    owners.every(({ projection }) => projection.epoch?.epoch !== before && projection.settledInEpoch),
  );
  expect(new Set(owners.map(({ projection }) => projection.epoch?.sequence)).size).toBe(1);
  expect(new Set(owners.map(({ projection }) => projection.epoch?.epoch)).size).toBe(1);
});
