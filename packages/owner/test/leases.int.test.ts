/** A row that is being published holds nothing up that is to be published of it later. */
import { declareEpoch, viewStream } from '@px0/event-bus/internal';
import { testBus } from '@px0/testing';
import { afterEach, expect, it } from 'vitest';
import { closer, openOwner, openSchema } from './support.ts';

let cleanups = closer();
afterEach(async () => {
  await cleanups.run();
  cleanups = closer();
});

it('a row that is being published when an epoch begins is free for the epoch at once', async () => {
  const pool = await openSchema(cleanups, 'tenancy');
  const owner = await openOwner(await testBus(), cleanups, { pool, relays: 0 });
  await expect.poll(() => owner.outbox.epoch).toBeDefined();
  const { store } = owner.outbox;
  await owner.put('o1', 'first');
  await pool.query('update outbox set published_revision = 0');
  const claimed = (await store.claim('5d3c6f0e-0000-4000-8000-000000000001')).map(({ subject }) => subject);
  expect(claimed).toContain('px0.state.tenancy.organization.o1');
  expect(await store.claim('5d3c6f0e-0000-4000-8000-000000000002')).toEqual([]);
  const mark = owner.projection.epoch;
  if (mark === undefined) throw new Error('no epoch has begun');
  await store.enterEpoch({ ...mark, epoch: String(Number(mark.epoch) + 1) });
  await store.markOwed(String(Number(mark.epoch) + 1));
  const again = await store.claim('5d3c6f0e-0000-4000-8000-000000000002');
  expect(again.map(({ subject }) => subject)).toContain('px0.state.tenancy.organization.o1');
});

it('a context’s complete that is being published is free at once when another epoch’s is to be', async () => {
  const pool = await openSchema(cleanups, 'tenancy');
  const owner = await openOwner(await testBus(), cleanups, { pool, relays: 0 });
  const { store } = owner.outbox;
  await expect.poll(async () => (await pool.query('select from outbox where ordinal = 2')).rowCount).toBe(1);
  const mark = owner.projection.epoch;
  if (mark === undefined) throw new Error('no epoch has begun');
  expect(await store.claimComplete('5d3c6f0e-0000-4000-8000-000000000001', mark.epoch)).toHaveLength(1);
  const next = String(Number(mark.epoch) + 1);
  await store.enterEpoch({ ...mark, epoch: next });
  await owner.outbox.callRowsOwed(next);
  expect(await store.claimComplete('5d3c6f0e-0000-4000-8000-000000000002', next)).toHaveLength(1);
});

it('rows that are taken for one epoch, and published in the next, belong to the next', async () => {
  const pool = await openSchema(cleanups, 'tenancy');
  const owner = await openOwner(await testBus(), cleanups, { pool });
  const { store } = owner.outbox;
  await owner.put('o1', 'first');
  await owner.projection.whenReady();
  const view = await viewStream(owner.bus);
  if (view?.mark === undefined) throw new Error('no epoch has begun');

  // The relay's look is under way, as when it waits for a connection.
  const claim = store.claim.bind(store);
  const held = Promise.withResolvers<void>();
  const looking = Promise.withResolvers<void>();
  store.claim = async (leaser) => {
    looking.resolve();
    await held.promise;
    return await claim(leaser);
  };
  await looking.promise;
  const next = await declareEpoch(owner.bus, view, view.mark.epoch);
  const called = 'select from outbox_control where epoch = $1 and called_owed_at is not null';
  await expect.poll(async () => (await pool.query(called, [next.epoch])).rowCount).toBe(1);
  held.resolve();

  await expect.poll(() => owner.projection.settledInEpoch).toBe(true);
  expect(owner.projection.epoch?.epoch).toBe(next.epoch);
  const others = 'select subject, epoch from outbox where epoch <> $1';
  expect((await pool.query(others, [next.epoch])).rows).toEqual([]);
});
