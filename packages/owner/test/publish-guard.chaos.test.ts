/** Two guards make every retry harmless: the expected last sequence, and the readers' revisions. */

import { WrongLastSequenceError } from '@px0/event-bus/internal';
import { eventually, ownNats, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { OwedRow } from '../src/outbox/outbox-row.ts';
import type { ExpectationRule } from '../src/outbox/publisher.ts';
import { closer, type Owner, openOwner, openReader, type Place } from './support.ts';

let cleanups = closer();
beforeEach(() => {
  cleanups = closer();
});
afterEach(() => cleanups.run());

/** What one might think is enough: the server drops a message whose id it has seen. */
const byMessageId: ExpectationRule = ({ subject, revision }) => ({ messageId: `${subject}@${revision}` });

/** Publishes a row's first revision again after a newer one was published and the server was restarted. */
async function lateRetry(expectation?: ExpectationRule): Promise<string | undefined> {
  const nats = await ownNats();
  cleanups.add('nats', () => nats.close());
  const place = { servers: nats.servers, streamPrefix: '', history: 1 };
  const rows: OwedRow[] = [];
  const owner = await openOwner(place, cleanups, {
    hooks: { beforePublish: (row) => void (row.subject.includes('organization') && rows.push(row)) },
    ...(expectation === undefined ? {} : { expectation }),
  });
  await owner.projection.whenReady();
  await owner.put('o1', 'first');
  await owner.put('o1', 'second');
  await nats.restart();
  await eventually(() => owner.projection.connected);

  const [first] = rows;
  if (first === undefined) throw new Error('nothing was published');
  // Until the server that has just started answers.
  const retry = async () => {
    await owner.outbox.publisher.publish(first).catch((error: unknown) => {
      if (!(error instanceof WrongLastSequenceError)) throw error;
    });
    return true;
  };
  await eventually(retry, { what: 'an answer to the late retry' });
  const reader = await openReader(place, cleanups);
  await reader.projection.whenReady();
  return reader.view.nameOf('o1');
}

it('a late retry brings an old value back when only message ids guard', async () => {
  expect(await lateRetry(byMessageId)).toBe('first');
});

it('a late retry settles on the newer value that the stream has', async () => {
  expect(await lateRetry()).toBe('second');
});

const IDS = ['a', 'b', 'c', 'd'];

/** 50 writers at once on few subjects, two relays, and of each subject one publish that newer ones overtake. */
async function manyWriters(place: Place, expectation?: ExpectationRule): Promise<Owner> {
  const overtaken = new Set<string>();
  const untilOvertaken = async ({ subject, revision }: OwedRow): Promise<void> => {
    if (!subject.includes('organization') || overtaken.has(subject)) return;
    overtaken.add(subject);
    const newest = async () => (await owner.bus.lastMessage('state', subject))?.revision ?? 0;
    await eventually(async () => (await newest()) > revision, { what: 'a newer publish' });
  };
  const owner = await openOwner({ ...place, history: 1_000 }, cleanups, {
    relays: 2,
    hooks: { beforePublish: untilOvertaken },
    ...(expectation === undefined ? {} : { expectation }),
  });
  await owner.projection.whenReady();
  await Promise.all(
    Array.from({ length: 50 }, (_, writer) => owner.put(IDS[writer % IDS.length] ?? 'a', `w${writer}`)),
  );
  await eventually(async () => (await owed(owner)) === 0, { what: 'nothing is owed' });
  return owner;
}

async function owed(owner: Owner): Promise<number> {
  const { rows } = await owner.pool.query<{ owed: number }>(
    'select count(*)::float8 as owed from outbox where published_revision < revision',
  );
  return rows[0]?.owed ?? 0;
}

/** Revisions in the stream's order, by subject. */
async function published(owner: Owner): Promise<Map<string, number[]>> {
  const bySubject = new Map<string, number[]>();
  const facts = await owner.bus.streamFacts('state');
  for (let sequence = 1; sequence <= (facts?.lastSequence ?? 0); sequence += 1) {
    const message = await owner.bus.messageAt('state', sequence);
    if (!message?.subject.includes('organization')) continue;
    bySubject.set(message.subject, [...(bySubject.get(message.subject) ?? []), message.revision]);
  }
  return bySubject;
}

function rises(revisions: readonly number[]): boolean {
  return revisions.every((revision, index) => index === 0 || revision > (revisions[index - 1] ?? 0));
}

it('50 concurrent writers: without the guard a subject’s revisions fall', async () => {
  const owner = await manyWriters(await testBus(), byMessageId);
  expect([...(await published(owner)).values()].every(rises)).toBe(false);
});

it('50 concurrent writers and two relays: nothing is lost, revisions rise', async () => {
  const owner = await manyWriters(await testBus());
  const revisions = await published(owner);
  expect([...revisions.values()].every(rises)).toBe(true);
  const { rows } = await owner.pool.query<{ subject: string; revision: number }>(
    `select subject, revision::float8 as revision from outbox where subject like '%organization%'`,
  );
  expect(rows).toHaveLength(IDS.length);
  for (const { subject, revision } of rows) expect(revisions.get(subject)?.at(-1)).toBe(revision);
  for (const { subject, revision } of rows)
    await expect.poll(() => owner.projection.table.revision(subject)).toBe(revision);
});

it('what a writer that died between commit and publish left is published by another replica', async () => {
  const place = await testBus();
  let died: () => void = () => undefined;
  const reachedPublish = new Promise<void>((resolve) => {
    died = resolve;
  });
  const dying = await openOwner(place, cleanups, {
    relays: 0,
    hooks: {
      beforePublish: (row) => {
        if (!row.subject.includes('organization')) return undefined;
        died();
        return new Promise<never>((_, reject) =>
          cleanups.add('the dead writer', () => reject(new Error('dead'))),
        );
      },
    },
  });
  await eventually(() => dying.outbox.epoch !== undefined);
  void dying.put('o1', 'committed');
  await reachedPublish;

  const survivor = await openOwner(place, cleanups, { pool: dying.pool });
  await eventually(() => survivor.view.nameOf('o1') === 'committed');
});

/** An entity that is deleted and created again under the same key, which a running reader follows. */
async function secondLife(beforeRebirth: (owner: Owner) => Promise<unknown>): Promise<Owner> {
  const owner = await openOwner(await testBus(), cleanups);
  await owner.projection.whenReady();
  await owner.put('team.user', 'first life');
  await owner.remove('team.user');
  await beforeRebirth(owner);
  await owner.put('team.user', 'second life');
  return owner;
}

it('an entity created again stays owed when its row went with it, since the stream contradicts it', async () => {
  const owner = await secondLife(({ pool }) =>
    pool.query(`delete from outbox where subject like '%team.user'`),
  );
  await owner.put('marker', 'after');
  await eventually(() => owner.view.nameOf('marker') === 'after');
  expect(owner.outbox.publisher.isContradicted).toBe(true);
  await eventually(async () => (await owed(owner)) === 1);
  expect(owner.view.nameOf('team.user')).toBeUndefined();
});

it('an entity created again under the same key is seen, since its row goes on counting', async () => {
  const owner = await secondLife(() => Promise.resolve());
  await eventually(() => owner.view.nameOf('team.user') === 'second life');
  await eventually(async () => (await owed(owner)) === 0);
});
