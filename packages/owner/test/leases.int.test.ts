/** A row that is being published holds nothing up that is to be published of it later. */
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
