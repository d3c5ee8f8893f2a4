/** From a transaction to every reader, when nothing goes wrong. */
import { decodeBody, EventInvalidError, type StateOf } from '@px0/contracts';
import { eventually, ownNats, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OwedRow } from '../src/outbox/outbox-row.ts';
import { closer, openOwner, openReader, organization, type Place } from './support.ts';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

it('a committed write reaches a reader that runs and one that starts later', async () => {
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
  const last = await owner.projection.lastSequence();
  for (const { projection } of [early, late]) await expect.poll(() => projection.reported).toBe(last);
});

it('a rolled back write is never seen', async () => {
  const owner = await openOwner(place, cleanups);
  await owner.projection.whenReady();
  const failing = owner.outbox.transaction(owner.client, async (tx) => {
    await owner.outbox.put(tx, 'organization', 'o1', { name: 'x', created_at: 'now' });
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  await owner.put('o2', 'kept');
  await eventually(() => owner.view.nameOf('o2') === 'kept');
  expect(owner.view.names()).toEqual({ o2: 'kept' });
});

it('a state that the schema refuses is not written', async () => {
  const owner = await openOwner(place, cleanups);
  await owner.projection.whenReady();
  const invalid = JSON.parse('{"name":1,"created_at":"now"}');
  const writing = owner.outbox.transaction(owner.client, (tx) =>
    owner.outbox.put(tx, 'organization', 'o1', invalid),
  );
  await expect(writing).rejects.toThrow(EventInvalidError);
  expect((await owner.pool.query(`select from outbox where subject like '%o1'`)).rowCount).toBe(0);
});

it('a row that another version of the service wrote is published as it was written', async () => {
  const owner = await openOwner(place, cleanups);
  await owner.projection.whenReady();
  const subject = 'px0.state.tenancy.organization.o1';
  const written = { ...organization('first'), mood: 'good' };
  await owner.pool.query(
    `insert into outbox (subject, stream, aggregate, ordinal, revision, payload, deleted, changed_at, owed_since, epoch)
     select $1, 'state', $1, 1, 1, $2, false, now(), now(), epoch from outbox_control`,
    [subject, JSON.stringify(written)],
  );
  await eventually(() => owner.view.nameOf('o1') === 'first');
  expect(owner.view.states.get('o1')?.state).toEqual(organization('first'));
  const message = await owner.bus.directLastMessage('state', subject);
  expect(JSON.parse(message?.text ?? '').data).toEqual(written);
});

it('a prompt’s event comes after the bodies that it names, which are fetched directly', async () => {
  const order: string[] = [];
  const hooks = { beforePublish: (row: OwedRow) => void order.push(row.subject) };
  const owner = await openOwner(place, cleanups, { context: 'registry', hooks });
  await owner.projection.whenReady();
  order.length = 0;
  const { publication } = await owner.outbox.transactionWithPublication(owner.client, async (tx) => {
    await owner.outbox.put(tx, 'prompt', 'p1', prompt());
    await owner.outbox.putBody(tx, 'p1', 1, { template: 'Hello {{ .name }}' });
  });
  await publication.ended;
  await published(order);
  const body = await owner.bus.directLastMessage('body', 'px0.body.p1.1');
  expect(decodeBody('px0.body.p1.1', body?.text ?? '')).toMatchObject({
    program: { template: 'Hello {{ .name }}' },
    revision: 1,
  });
  expect(await owner.bus.directLastMessage('body', 'px0.body.p1.2')).toBeUndefined();
});

it('a prompt’s event waits for a body that another writer is publishing', async () => {
  const order: string[] = [];
  const hooks = { beforePublish: (row: OwedRow) => void order.push(row.subject) };
  const owner = await openOwner(place, cleanups, { context: 'registry', hooks });
  await owner.projection.whenReady();
  order.length = 0;
  await owner.pool.query(
    `insert into outbox (subject, stream, aggregate, ordinal, revision, payload, deleted, changed_at, owed_since, epoch,
                         lease_owner, lease_until)
     select 'px0.body.p1.1', 'body', 'p1', 0, 1, '"Hello"', false, now(), now(), epoch,
            gen_random_uuid(), now() + interval '1 hour' from outbox_control`,
  );
  const { publication } = await owner.outbox.transactionWithPublication(owner.client, (tx) =>
    owner.outbox.put(tx, 'prompt', 'p1', prompt()),
  );
  await publication.ended;
  expect(ofPrompt(order)).toEqual([]);

  await owner.pool.query('update outbox set lease_until = null where ordinal = 0');
  await published(order);
});

it('a service that starts before NATS waits for it', async () => {
  const nats = await ownNats();
  cleanups.add('nats', () => nats.close());
  await nats.stop();
  const starting = openOwner({ servers: nats.servers, streamPrefix: '' }, cleanups);
  await nats.start();
  const owner = await starting;
  await owner.projection.whenReady();
  expect(owner.bus.connected).toBe(true);
});

/** What was published of the prompt, in the order of first attempts: one that is not answered in time is repeated. */
function ofPrompt(order: readonly string[]): string[] {
  return [...new Set(order)].filter((subject) => subject.includes('.p1'));
}

/** The body and the event have been published, in this order. */
async function published(order: readonly string[]): Promise<void> {
  await expect.poll(() => ofPrompt(order)).toEqual(['px0.body.p1.1', 'px0.state.registry.prompt.p1']);
}

function prompt(): StateOf<'prompt'> {
  const time = '2026-01-01T00:00:00.000Z';
  const identity = {
    team_id: 't',
    slug: 's',
    name: 'n',
    status: 'active',
    created_at: time,
    updated_at: time,
  } as const;
  return { ...identity, live: null, tags: {}, versions: [[1, 'draft', 1]] };
}
