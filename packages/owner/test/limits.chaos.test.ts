/** Sizes and absences at their limits. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { entities, type StateOf } from '@px0/contracts';
import { EventTooLargeError } from '@px0/event-bus/internal';
import { eventually, ownNats, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closer, openOwner, openReader, type Place } from './support.ts';

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

const MIB = 1024 * 1024;
/** Past the client's own limit of about 20 s in the long form; the short one lowers that limit instead. */
const AWAY_MS = process.env['PX0_LONG_TESTS'] === undefined ? 1_500 : 30_000;

function promptOf(bytes: number): StateOf<'prompt'> {
  const time = '2026-01-01T00:00:00.000Z';
  const live = { number: 1, template: 'x'.repeat(bytes) };
  const identity = {
    team_id: 't',
    slug: 's',
    name: 'n',
    status: 'active',
    created_at: time,
    updated_at: time,
  } as const;
  return entities.prompt.schema.parse({ ...identity, live, tags: {}, versions: [[1, 'live', 1]] });
}

it('an event of 5 MiB passes through; one above 6 MiB is refused before it commits', async () => {
  const owner = await openOwner(place, cleanups, { context: 'registry' });
  const reader = await openReader(place, cleanups, { contexts: ['registry'] });
  await owner.projection.whenReady();
  reader.view.wants = (name) => name === 'prompt';
  await reader.projection.whenReady();

  const put = (id: string, bytes: number) =>
    owner.outbox.transaction(owner.client, (tx) => owner.outbox.put(tx, 'prompt', id, promptOf(bytes)));
  await put('p1', 5 * MIB);
  await eventually(() => reader.view.states.get('p1'));
  await expect(put('p2', 6 * MIB)).rejects.toThrow(EventTooLargeError);
  expect((await owner.pool.query(`select from outbox where subject like '%p2'`)).rowCount).toBe(0);
});

it(
  'a client with a limit of attempts gives up; ours comes back when NATS does',
  async () => {
    const nats = await ownNats();
    cleanups.add('nats', () => nats.close());
    const at = { servers: nats.servers, streamPrefix: '' };
    const limited = await connect({
      servers: nats.servers,
      maxReconnectAttempts: 3,
      reconnectTimeWait: 50,
      reconnectJitter: 1,
    });
    const owner = await openOwner(at, cleanups);
    const reader = await openReader(at, cleanups);
    await owner.projection.whenReady();
    await reader.projection.whenReady();

    await nats.stop();
    const longEnough = sleep(AWAY_MS);
    const gaveUp = limited.closed();
    expect(await owner.put('o1', 'written while away')).toBe(1);
    await gaveUp;
    await longEnough;
    await nats.start();
    await eventually(() => reader.view.nameOf('o1') === 'written while away');
    expect(limited.isClosed()).toBe(true);
    await eventually(() => reader.projection.lagSeconds === 0);
  },
  AWAY_MS + 120_000,
);

it('a server that hangs without closing its connections keeps no write waiting', async () => {
  const nats = await ownNats();
  cleanups.add('nats', () => nats.close());
  const at = { servers: nats.servers, streamPrefix: '' };
  const owner = await openOwner(at, cleanups, { bus: { pingIntervalMs: 1_000 } });
  await owner.projection.whenReady();
  nats.pause();
  // It answers before the server does: that one goes on only below.
  await owner.put('o1', 'while it hangs');
  await eventually(() => !owner.bus.connected);
  nats.resume();
  await eventually(() => owner.view.nameOf('o1') === 'while it hangs');
});
