/** What the stream lost by itself comes back. */

import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SelfCheck } from '../src/outbox/self-check.ts';
import { closer, logger, type Owner, openOwner, openReader, type Place } from './support.ts';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

function checkOf({ outbox, projection, bus }: Owner): SelfCheck {
  return new SelfCheck({ outbox, projection, bus, logger, patienceMs: 0 });
}

it('a subject that the stream does not show is published again', async () => {
  const owner = await openOwner(place, cleanups);
  await owner.projection.whenReady();
  await owner.put('o1', 'one');
  await owner.put('o2', 'two');
  const gone = 'px0.state.tenancy.organization.o1';
  await owner.bus.purge('state', gone, 1_000);

  // A replica that starts now has never seen it, and its outbox says that it was published.
  const replica = await openOwner(place, cleanups, { pool: owner.pool });
  await replica.projection.whenReady();
  expect(replica.view.names()).toEqual({ o2: 'two' });
  await checkOf(replica).check();
  await eventually(() => replica.view.nameOf('o1') === 'one');
});

it('bodies are published again when their stream is another one', async () => {
  const owner = await openOwner(place, cleanups, { context: 'registry' });
  await owner.projection.whenReady();
  const check = checkOf(owner);
  const { publication } = await owner.outbox.transactionWithPublication(owner.client, (tx) =>
    owner.outbox.putBody(tx, 'p1', 1, { template: 'Hello' }),
  );
  await publication.ended;
  await check.check();
  await owner.bus.manager.streams.delete(owner.bus.names.stream('body'));
  await owner.bus.ensureStreams();
  expect(await owner.bus.lastMessage('body', 'px0.body.p1.1')).toBeUndefined();
  await check.check();
  await eventually(() => owner.bus.lastMessage('body', 'px0.body.p1.1'));
});

it('a reader is ready only when every context has shown all that it owns', async () => {
  const owner = await openOwner(place, cleanups);
  await owner.projection.whenReady();
  const reader = await openReader(place, cleanups, { contexts: ['tenancy', 'registry'] });
  await eventually(() => reader.projection.reported > 0);
  expect(reader.projection.ready).toBe(false);
  expect(reader.projection.incomplete).toEqual(['registry']);
  expect(await reader.projection.readyWithin(1)).toBe(false);
  const patient = reader.projection.readyWithin(30_000);
  await openOwner(place, cleanups, { context: 'registry' });
  expect(await patient).toBe(true);
  await reader.projection.whenReady();
});
