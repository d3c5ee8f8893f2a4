/** Work that nobody tells of is found by the lookout: every call that would wake a loop is dropped here. */
import { randomUUID } from 'node:crypto';
import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Sealer } from '../src/audit/sealer.ts';
import { IS_UNSEALED } from '../src/audit/sealing-store.ts';
import { Lookout, WATCHED_PAUSE_MS } from '../src/lookout.ts';
import { Relay } from '../src/outbox/relay.ts';
import { Saga } from '../src/sagas/saga.ts';
import { insertEntry, openAudit, sealedIn } from './audit-support.ts';
import { closer, logger, type Owner, openOwner, openSchema, organization } from './support.ts';

let cleanups = closer();
beforeEach(() => {
  cleanups = closer();
});
afterEach(() => cleanups.run());

function lookoutOn(db: Owner['pool']): Lookout {
  const lookout = new Lookout({ db, logger, pauseMs: 50 });
  cleanups.add('lookout', () => lookout.stop());
  return lookout;
}

/** An owner whose relay nobody wakes: neither its writers nor the connection to NATS. */
async function openDeafOwner(): Promise<Owner> {
  const owner = await openOwner(await testBus(), cleanups, { relays: 0 });
  const lookout = lookoutOn(owner.pool);
  const relay = new Relay({
    outbox: Object.assign(owner.outbox, { onOwed: () => undefined, wakeRelay: () => undefined }),
    bus: Object.assign(owner.bus, { onConnection: () => () => undefined }),
    logger,
    lookout,
  });
  relay.start();
  lookout.start();
  cleanups.add('relay', () => relay.stop());
  await owner.projection.whenReady();
  await eventually(async () => !(await owner.outbox.store.owes()), { timeoutMs: 30_000 });
  return owner;
}

it('what a writer left at its commit is published', async () => {
  const owner = await openDeafOwner();
  await owner.client.transaction((tx) => owner.outbox.put(tx, 'organization', 'o1', organization('left')));
  await eventually(() => owner.view.nameOf('o1') === 'left', { timeoutMs: 30_000 });
});

it('what a writer had leased when it was killed is published when the lease ends, and what waits for it with it', async () => {
  const owner = await openDeafOwner();
  await owner.put('o1', 'first');
  const mark = owner.projection.epoch;
  if (mark === undefined) throw new Error('no epoch has begun');
  await owner.pool.query(
    `update outbox set revision = revision + 1, owed_since = now() - interval '1 s', lease_owner = $1,
       lease_until = clock_timestamp() + interval '2 s', payload = replace(payload, 'first', 'second') where ordinal = 1`,
    [randomUUID()],
  );
  await owner.outbox.store.writeComplete('px0.state.tenancy.complete.tenancy', mark.epoch, 'again');
  await eventually(() => owner.view.nameOf('o1') === 'second', { timeoutMs: 30_000 });
  await eventually(async () => !(await owner.outbox.store.owes()), { timeoutMs: 30_000 });
});

it('a parked event that is due is tried again', async () => {
  const place = await testBus();
  const source = await openOwner(place, cleanups);
  const owner = await openOwner(place, cleanups, {
    context: 'registry',
    pool: await openSchema(cleanups, 'registry'),
    projection: { contexts: ['tenancy'] },
  });
  const lookout = lookoutOn(owner.pool);
  let isCured = false;
  let effects = 0;
  const saga = new Saga({
    name: 'teams',
    wants: (name) => name === 'organization',
    effect: () => {
      if (!isCured) return Promise.reject(new Error('cannot be applied'));
      effects += 1;
      return Promise.resolve();
    },
    bus: owner.bus,
    pool: owner.pool,
    outbox: owner.outbox,
    client: owner.client,
    projection: owner.projection,
    logger,
    lookout,
    backoffMs: 1,
  });
  saga.start();
  cleanups.add('saga', () => saga.stop());
  await eventually(() => saga.leads, { timeoutMs: 30_000 });
  await source.put('o1', 'poison');
  await eventually(async () => (await saga.parkedEvents()) === 1, { timeoutMs: 30_000 });
  isCured = true;
  lookout.start();
  // As an operator does who has removed the cause.
  await owner.pool.query('update saga_parked set retry_at = now()');
  await eventually(async () => (await saga.parkedEvents()) === 0, { timeoutMs: 30_000 });
  expect(effects).toBe(1);
});

it('what a killed writer has noted is sealed', async () => {
  const tables = await openAudit(cleanups);
  const lookout = lookoutOn(tables.pool);
  const sealer = new Sealer({
    context: 'registry',
    client: tables.client,
    organizationOf: () => undefined,
    logger,
    pauseMs: WATCHED_PAUSE_MS,
  });
  lookout.watch(IS_UNSEALED, () => sealer.wake());
  sealer.start();
  cleanups.add('sealer', () => sealer.stop());
  lookout.start();
  for (const number of [1, 2]) {
    await insertEntry(tables.pool, { orgId: randomUUID() });
    await eventually(async () => (await sealedIn(tables)).length === number, { timeoutMs: 30_000 });
  }
});

it('a look that fails is followed by others, and a look wakes only whose work it finds', async () => {
  let looks = 0;
  const woken: string[] = [];
  const lookout = new Lookout({
    db: {
      query: async <R extends object>(text: string) => {
        looks += 1;
        if (looks < 3) throw new Error('Postgres is away');
        return { ...(await pool.query<R>(text)) };
      },
    },
    logger,
    pauseMs: 5,
  });
  const pool = await openSchema(cleanups);
  lookout.watch('true', () => woken.push('one'));
  lookout.watch('false', () => woken.push('other'));
  lookout.start();
  cleanups.add('lookout', () => lookout.stop());
  await eventually(() => woken.length > 3, { timeoutMs: 30_000 });
  expect(new Set(woken)).toEqual(new Set(['one']));
});
