/** Sagas: effect and position commit together, one replica leads, an event that cannot be applied keeps nobody waiting for ever. */

import { decodeToken } from '@px0/event-bus/internal';
import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Saga, type SagaOptions } from '../src/sagas/saga.ts';
import { closer, logger, type Owner, openOwner, openSchema, organization, type Place } from './support.ts';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

type Options = Partial<SagaOptions>;

/** A service that reacts to tenancy's organizations by writing teams of its own. */
async function openReactor(options: Options = {}, pool?: Owner['pool']) {
  const owner = await openOwner(place, cleanups, {
    context: 'registry',
    pool: pool ?? (await openSchema(cleanups, 'registry')),
    projection: { contexts: ['tenancy'] },
  });
  const { bus, outbox, projection, client } = owner;
  const saga = new Saga({
    name: 'teams',
    wants: (name) => name === 'organization',
    effect: async (tx, event) => {
      await outbox.put(tx, 'team', event.id, { ...organization('team'), org_id: event.id, is_default: true });
    },
    bus,
    pool: owner.pool,
    outbox,
    client,
    projection,
    logger,
    backoffMs: 1,
    ...options,
  });
  saga.start();
  cleanups.add('saga', () => saga.stop());
  await projection.whenReady();
  return { owner, saga };
}

function tokenOf(owner: Owner) {
  const token = decodeToken(owner.projection.token() ?? '');
  if (token === undefined) throw new Error('no epoch is known');
  return token;
}

async function teams(owner: Owner): Promise<string[]> {
  const { rows } = await owner.pool.query<{ subject: string }>(
    `select subject from outbox where subject like '%.team.%' and published_revision = revision order by subject`,
  );
  return rows.map(({ subject }) => subject.split('.').at(-1) ?? '');
}

it('what a token covers has had its effect, committed and published, when the saga reports it', async () => {
  const source = await openOwner(place, cleanups);
  const { owner, saga } = await openReactor();
  await eventually(() => saga.leads);
  await source.put('o1', 'one');
  await eventually(() => source.view.nameOf('o1') === 'one');
  expect(await saga.waitFor(tokenOf(source), 45_000)).toBe('reached');
  expect(await teams(owner)).toEqual(['o1']);
});

it('one replica leads, the other answers from Postgres, and takes over with nothing lost or done twice', async () => {
  const source = await openOwner(place, cleanups);
  const effects: string[] = [];
  const effect: Options['effect'] = async (tx, event) => {
    await tx.query('insert into effects (id) values ($1)', [event.id]);
    effects.push(event.id);
  };
  const pool = await openSchema(cleanups, 'registry');
  await pool.query('create table effects (id text primary key)');
  const first = await openReactor({ effect }, pool);
  await eventually(() => first.saga.leads);
  const second = await openReactor({ effect }, pool);
  await source.put('o1', 'one');
  await eventually(() => source.view.nameOf('o1') === 'one');
  expect(await second.saga.waitFor(tokenOf(source), 45_000)).toBe('reached');
  expect(second.saga.leads).toBe(false);

  await first.saga.stop();
  await eventually(() => second.saga.leads);
  await source.put('o2', 'two');
  await eventually(() => source.view.nameOf('o2') === 'two');
  expect(await second.saga.waitFor(tokenOf(source), 45_000)).toBe('reached');
  expect(effects).toEqual(['o1', 'o2']);
});

/** An effect that fails for one organization, with what comes after it. */
async function poisoned(options: Options) {
  const source = await openOwner(place, cleanups);
  let attempts = 0;
  const poison = { cured: false };
  const { owner, saga } = await openReactor({
    effect: async (tx, event) => {
      if (event.id === 'bad' && !poison.cured) {
        attempts += 1;
        throw new Error('cannot be applied');
      }
      await owner.outbox.put(tx, 'team', event.id, {
        ...organization('team'),
        org_id: event.id,
        is_default: true,
      });
    },
    ...options,
  });
  await eventually(() => saga.leads);
  await source.put('bad', 'poison');
  await source.put('good', 'fine');
  await eventually(() => source.view.nameOf('good') === 'fine');
  return { owner, saga, source, poison, attempts: () => attempts };
}

it('without parking an effect that always fails keeps everybody waiting', async () => {
  const { owner, saga, source, attempts } = await poisoned({
    maxAttempts: Number.POSITIVE_INFINITY,
    backoffMs: 0.001,
  });
  await eventually(() => attempts() > 10);
  expect(await saga.waitFor(tokenOf(source), 200)).toBe('timeout');
  expect(await teams(owner)).toEqual([]);
});

it('an event whose effect fails five times is parked, counts as applied, and is retried later', async () => {
  const { owner, saga, source, poison, attempts } = await poisoned({ retryParkedMs: 200 });
  expect(await saga.waitFor(tokenOf(source), 45_000)).toBe('reached');
  expect(attempts()).toBeGreaterThanOrEqual(5);
  expect(await teams(owner)).toEqual(['good']);
  const { rows } = await owner.pool.query('select subject, error from saga_parked');
  expect(rows).toEqual([{ subject: 'px0.state.tenancy.organization.bad', error: 'cannot be applied' }]);

  poison.cured = true;
  await eventually(async () => (await teams(owner)).length === 2, { what: 'the parked event was applied' });
  expect((await owner.pool.query('select from saga_parked')).rowCount).toBe(0);
});

it('an event that cannot be read is parked at once, whatever its bytes, and keeps nobody waiting', async () => {
  const source = await openOwner(place, cleanups);
  // Longer than the test: an event that was tried again would be waited for in vain.
  const { owner, saga } = await openReactor({ backoffMs: 60_000 });
  await eventually(() => saga.leads);
  const payloads = ['', '{', 'null', '\u0000\u0000', JSON.stringify({ id: 'a\u0000b' })];
  for (const [index, payload] of payloads.entries()) {
    for (const revision of [1, Number.NaN, -1, 1e30]) {
      const subject = `px0.state.tenancy.organization.unreadable-${index}-${revision}`;
      const expectation = { lastSubjectSequence: 0 };
      await source.bus.publish({ subject, payload, revision, traceparent: undefined, expectation });
    }
  }
  await source.put('good', 'fine');
  await eventually(() => source.view.nameOf('good') === 'fine');
  expect(await saga.waitFor(tokenOf(source), 45_000)).toBe('reached');
  expect(await teams(owner)).toEqual(['good']);
  const { rowCount } = await owner.pool.query('select from saga_parked where attempts = 1');
  expect(rowCount).toBe(payloads.length * 4);
});

it('an effect that is committed but not published is not reported', async () => {
  const source = await openOwner(place, cleanups);
  const { owner, saga } = await openReactor();
  await eventually(() => saga.leads);
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const publish = owner.bus.publish.bind(owner.bus);
  owner.bus.publish = async (request) => {
    if (request.subject.includes('.team.')) await gate;
    return await publish(request);
  };
  await source.put('o1', 'one');
  await eventually(() => source.view.nameOf('o1') === 'one');
  const token = tokenOf(source);
  expect(await saga.waitFor(token, 150)).toBe('timeout');
  open();
  await eventually(() => saga.reported >= token.sequence);
  expect(await teams(owner)).toEqual(['o1']);
});
