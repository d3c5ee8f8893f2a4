/**
 * A database that has lost what was published from it: after a failover its state replaces what readers hold, and anything else waits for an
 * operator. What a promoted standby does is played on one server, by giving rows back their earlier state and the fence an earlier timeline;
 * `tests/database-failover.e2e.test.ts` promotes a real one.
 */
import { stateSubject } from '@px0/contracts';
import { declareReturn, EPOCH_SUBJECT, viewStream } from '@px0/event-bus/internal';
import { eventually, testBus } from '@px0/testing';
import type pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adopt } from '../src/fence/adopt.ts';
import { DatabaseNotTrustedError } from '../src/fence/database-guard.ts';
import { IdentityWatch } from '../src/fence/database-identity.ts';
import { compact } from '../src/outbox/compact.ts';
import { OWED_COLUMNS, type OwedRow } from '../src/outbox/outbox-row.ts';
import {
  closer,
  logger,
  type Owner,
  openOwner,
  openReader,
  openSchema,
  type Place,
  type Reader,
} from './support.ts';

let place: Place;
let cleanups = closer();
let pool: pg.Pool;
let reader: Reader;

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
  pool = await openSchema(cleanups, 'tenancy');
  reader = await openReader(place, cleanups);
});
afterEach(() => cleanups.run());

async function open(): Promise<Owner & { stop(): Promise<void> }> {
  const own = closer();
  cleanups.add('owner', () => own.run());
  return Object.assign(await openOwner(place, own, { pool, guarded: true }), { stop: () => own.run() });
}

/** Publishes what the database then loses; a reader has seen all of it. */
async function lose(): Promise<void> {
  const owner = await open();
  await eventually(() => owner.guard.isOpen);
  await owner.put('kept', 'before');
  await owner.put('same', 'same');
  await pool.query('create table earlier as select * from outbox');
  await owner.put('kept', 'lost');
  await owner.put('kept', 'lost again');
  await owner.put('new', 'lost');
  await expect.poll(() => reader.view.names()).toEqual({ kept: 'lost again', same: 'same', new: 'lost' });
  await owner.stop();
  await pool.query('truncate outbox');
  await pool.query('insert into outbox select * from earlier');
}

const held = { kept: 'lost again', same: 'same', new: 'lost' };
const state = { kept: 'before', same: 'same' };

async function epochs(): Promise<number> {
  return (await reader.bus.lastMessage('state', EPOCH_SUBJECT))?.revision ?? 0;
}

it('after a failover that lost rows, readers that run take the database’s state, and the next write is seen', async () => {
  await lose();
  await pool.query('update database_fence set timeline = timeline - 1');
  const owner = await open();
  await expect.poll(() => reader.view.names()).toEqual(state);
  expect(owner.guard.returns).toBe(1);
  await expect.poll(() => owner.guard.standing).toEqual({ state: 'trusted' });
  // As many writes as were lost would have made the revisions equal.
  await owner.put('kept', 'after');
  await owner.put('new', 'made again');
  const after = { kept: 'after', same: 'same', new: 'made again' };
  await expect.poll(() => reader.view.names()).toEqual(after);
  const starting = await openReader(place, cleanups);
  await starting.projection.whenReady();
  expect(starting.view.names()).toEqual(after);
  // The stream was lost after all that: the epoch that begins then goes on to say that the database went back.
  const mark = reader.projection.epoch;
  await owner.bus.deleteStreams(['state', 'body']);
  await owner.projection.recheck();
  await expect.poll(() => reader.projection.epoch?.epoch).not.toBe(mark?.epoch);
  expect(Object.keys(reader.projection.epoch?.wentBack ?? {})).toEqual(['tenancy']);
  await expect.poll(() => reader.projection.incomplete).toEqual([]);
  expect(reader.view.names()).toEqual(after);
});

it('a failover that lost nothing begins no epoch', async () => {
  const first = await open();
  await eventually(() => first.guard.isOpen);
  await first.put('kept', 'before');
  await first.stop();
  const before = await epochs();
  await pool.query('update database_fence set timeline = timeline - 1');
  const second = await open();
  await expect.poll(() => second.guard.standing).toEqual({ state: 'trusted' });
  await second.put('kept', 'after');
  await expect.poll(() => reader.view.nameOf('kept')).toBe('after');
  expect(await epochs()).toBe(before);
  const { rows } = await pool.query('select timeline from database_fence');
  expect(rows).toEqual([{ timeline: 1 }]);
});

it.each([
  [
    'another server',
    `update database_fence set system_identifier = '1', timeline = 0`,
    'another one than before',
  ],
  ['a database without a fence', 'delete from database_fence', 'does not say which server'],
  ['an old copy', 'select 1', 'no failover explains it'],
])('%s publishes nothing until an operator accepts it', async (_, change, reason) => {
  await lose();
  await pool.query(change);
  const before = await viewStream(reader.bus);
  const owner = await open();
  await expect.poll(() => owner.guard.standing.state).toBe('refused');
  expect(owner.guard.standing.reason).toContain(reason);
  expect(owner.guard.ready).toBe(false);
  await expect(owner.put('kept', 'written into the wrong database')).rejects.toThrow(DatabaseNotTrustedError);
  const after = await viewStream(reader.bus);
  expect([after?.lastSequence, after?.mark]).toEqual([before?.lastSequence, before?.mark]);
  expect(reader.view.names()).toEqual(held);
  const compacting = { pool, bus: reader.bus, context: 'tenancy', logger, olderThanMs: 0 } as const;
  await expect(compact(compacting)).rejects.toThrow(owner.guard.standing.reason);
  expect((await viewStream(reader.bus))?.lastSequence).toBe(before?.lastSequence);

  await adopt({ pool, bus: reader.bus, afterReturn: '' });
  await expect.poll(() => reader.view.names()).toEqual(state);
  await expect.poll(() => owner.guard.standing).toEqual({ state: 'trusted' });
  await owner.put('kept', 'after');
  await expect.poll(() => reader.view.nameOf('kept')).toBe('after');
  expect(await compact(compacting)).toEqual({ removed: 0 });
});

it('contexts that went back at the same moment each have their epoch', async () => {
  const owner = await open();
  await eventually(() => owner.guard.isOpen);
  const required = String(Date.now() + 10_000);
  const contexts = ['identity', 'tenancy', 'registry'];
  await Promise.all(contexts.map((context) => declareReturn(reader.bus, context, required)));
  const mark = (await viewStream(reader.bus))?.mark;
  const covered = contexts.filter((context) => Number(mark?.wentBack?.[context] ?? 0) >= Number(required));
  expect(covered).toEqual(contexts);
});

it('what a process publishes that has not heard of the return does not count', async () => {
  await lose();
  await pool.query('update database_fence set timeline = timeline - 1');
  const owner = await open();
  await expect.poll(() => reader.view.names()).toEqual(state);
  await expect.poll(() => owner.guard.standing).toEqual({ state: 'trusted' });
  const subject = 'px0.state.tenancy.organization.kept';
  const lost = await owner.bus.messageAt('state', 3).catch(() => undefined);
  const last = await owner.bus.lastMessage('state', subject);
  const text = (last?.text ?? '').replace('before', 'lost again');
  await owner.bus.publish({
    subject,
    payload: text,
    revision: 3,
    traceparent: undefined,
    epoch: lost?.epoch || '1',
    expectation: { lastSubjectSequence: last?.sequence ?? 0 },
  });
  await owner.put('same', 'later');
  await expect.poll(() => reader.view.nameOf('same')).toBe('later');
  expect(reader.view.nameOf('kept')).toBe('before');
});

/** Connections lead to another server for a moment: what a promotion looks like from here. */
async function changeServer(watch: IdentityWatch): Promise<void> {
  const { rows } = await pool.query(`select '1' as system, null as wal_file, 'then' as started_at`);
  await watch.look({ query: async () => ({ rows }) } as never);
  await watch.look(pool as never);
}

/** Publishes of this owner wait until they are let go. */
function hold(owner: Owner): () => void {
  const { promise: gate, resolve } = Promise.withResolvers<void>();
  const publish = owner.bus.publish.bind(owner.bus);
  owner.bus.publish = async (request) => {
    await gate;
    return await publish(request);
  };
  return resolve;
}

it('a loss is noticed by an owner that starts in an epoch which another context has begun since', async () => {
  await lose();
  await pool.query('update database_fence set timeline = timeline - 1');
  const first = await open();
  await expect.poll(() => first.guard.standing).toEqual({ state: 'trusted' });
  await pool.query('drop table earlier');
  await pool.query('create table earlier as select * from outbox');
  await first.put('kept', 'lost once more');
  await expect.poll(() => reader.view.nameOf('kept')).toBe('lost once more');
  await first.stop();
  await pool.query('truncate outbox');
  await pool.query('insert into outbox select * from earlier');
  await pool.query('update database_fence set timeline = timeline - 1');
  await declareReturn(reader.bus, 'registry', String(Date.now()));
  const second = await open();
  await expect.poll(() => second.guard.standing).toEqual({ state: 'trusted' });
  expect(second.guard.returns).toBe(1);
  await expect.poll(() => reader.view.nameOf('kept')).toBe('before');
  await second.put('kept', 'after');
  await expect.poll(() => reader.view.nameOf('kept')).toBe('after');
});

it('no revision is given twice, not even when the return before was lost, too', async () => {
  const tables = ['outbox', 'outbox_control', 'database_fence'];
  const keep = async () => {
    for (const table of tables) await pool.query(`create table kept_${table} as select * from ${table}`);
  };
  const lose = async () => {
    for (const table of tables) {
      await pool.query(`truncate ${table}`);
      await pool.query(`insert into ${table} select * from kept_${table}`);
    }
    await pool.query('update database_fence set timeline = timeline - 1');
  };
  const first = await open();
  await eventually(() => first.guard.isOpen);
  await first.put('kept', 'before');
  await keep();
  await first.put('kept', 'lost');
  await first.stop();
  const given: number[] = [];
  for (const name of ['after one return', 'after another']) {
    await lose();
    const owner = await open();
    await expect.poll(() => owner.guard.standing).toEqual({ state: 'trusted' });
    expect(owner.guard.returns).toBe(1);
    given.push(await owner.put('new', name));
    await expect.poll(() => reader.view.nameOf('new')).toBe(name);
    await owner.stop();
  }
  expect(given[1]).toBeGreaterThan(given[0] ?? Number.POSITIVE_INFINITY);
});

it('what was on the way when the database went back is not taken for a write of the new server', async () => {
  const watch = new IdentityWatch();
  const own = closer();
  cleanups.add('owner', () => own.run());
  const owner = await openOwner(place, own, { pool, guarded: true, watch });
  await eventually(() => owner.guard.isOpen);
  await watch.look(pool as never);
  await owner.put('kept', 'before');
  await pool.query('create table earlier as select * from outbox');
  const letGo = hold(owner);
  const writing = owner.put('kept', 'lost');
  await eventually(async () => (await pool.query('select from outbox where revision = 2')).rows.length === 1);
  await pool.query('truncate outbox');
  await pool.query('insert into outbox select * from earlier');
  await pool.query('update database_fence set timeline = timeline - 1');
  await changeServer(watch);
  letGo();
  await writing;
  await expect.poll(() => owner.guard.standing).toEqual({ state: 'trusted' });
  await expect.poll(() => reader.view.nameOf('kept')).toBe('before');
  expect(owner.guard.returns).toBe(1);
  await owner.put('kept', 'after');
  await expect.poll(() => reader.view.nameOf('kept')).toBe('after');
});

it('a row of the server before is not published, nor noted as another row of the same revision', async () => {
  const watch = new IdentityWatch();
  const own = closer();
  cleanups.add('owner', () => own.run());
  const held = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const beforePublish = async ({ payload }: OwedRow): Promise<void> => {
    if (payload?.includes('lost') !== true) return;
    held.resolve();
    await gate.promise;
  };
  const options = { pool, guarded: true, watch, hooks: { beforePublish }, relays: 0 };
  const owner = await openOwner(place, own, options);
  await eventually(() => owner.guard.isOpen);
  await watch.look(pool as never);
  const writing = owner.put('kept', 'lost');
  await held.promise;
  const ofKept = 'from outbox o where ordinal = 1';
  const [lost] = (await pool.query<OwedRow>(`select ${OWED_COLUMNS} ${ofKept}`)).rows;
  if (lost === undefined) throw new Error('nothing was written');
  await pool.query('delete from outbox where ordinal = 1');
  await changeServer(watch);
  gate.resolve();
  await writing;
  expect(await owner.bus.lastMessage('state', lost.subject)).toBeUndefined();
  await eventually(() => owner.guard.isOpen);
  await owner.put('kept', 'after');
  await pool.query('update outbox set published_revision = 0 where ordinal = 1');
  await owner.outbox.store.settle([{ row: lost, sequence: 1, epoch: lost.epoch }]);
  const { rows } = await pool.query(`select revision::int, published_revision::int as published ${ofKept}`);
  expect(rows).toEqual([{ revision: lost.revision, published: 0 }]);
});

it('a version whose text alone was published before it was lost is noticed', async () => {
  const own = closer();
  cleanups.add('owner', () => own.run());
  const registry = await openSchema(cleanups, 'registry');
  const options = { context: 'registry', pool: registry, guarded: true } as const;
  const first = await openOwner(place, own, options);
  await eventually(() => first.guard.isOpen);
  await write(first, 1, 'kept');
  await registry.query('create table earlier as select * from outbox');
  await write(first, 2, 'lost');
  await own.run();
  await registry.query('truncate outbox');
  await registry.query('insert into outbox select * from earlier');
  await registry.query('update database_fence set timeline = timeline - 1');
  const second = await openOwner(place, cleanups, options);
  await expect.poll(() => second.guard.standing).toEqual({ state: 'trusted' });
  expect(second.guard.returns).toBe(1);
  await write(second, 2, 'written again');
  const body = await second.bus.lastMessage('body', 'px0.body.p1.2');
  expect(body?.text).toContain('written again');
});

it('a write that takes the revision of one that came late is published in an epoch of its own', async () => {
  const first = await open();
  await eventually(() => first.guard.isOpen);
  await first.put('kept', 'before');
  const subject = stateSubject('organization', 'kept');
  const last = await first.bus.lastMessage('state', subject);
  const text = (last?.text ?? '')
    .replace('before', 'lost')
    .replace('kept@1', 'kept@2')
    .replace('"revision":1', '"revision":2');
  await first.bus.publish({
    subject,
    payload: text,
    revision: 2,
    traceparent: undefined,
    epoch: last?.epoch ?? '',
    expectation: { lastSubjectSequence: last?.sequence ?? 0 },
  });
  await expect.poll(() => reader.view.nameOf('kept')).toBe('lost');
  // The server was promoted at some time, as far as this fence says.
  await pool.query('update database_fence set timeline = timeline - 1');
  await first.put('kept', 'after');
  await expect.poll(() => reader.view.nameOf('kept')).toBe('after');
  expect(first.guard.returns).toBe(1);
});

async function write({ outbox, client }: Owner, number: number, template: string): Promise<void> {
  const { publication } = await outbox.transactionWithPublication(client, (tx) =>
    outbox.putBody(tx, 'p1', number, { template }),
  );
  await publication.ended;
}
