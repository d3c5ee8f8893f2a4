/** The durable consumer that all replicas of a service follow the usage stream with. */
import { randomUUID } from 'node:crypto';
import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import { type UsageWindow, usageSubject } from '@px0/contracts';
import { UsageConsumer, type UsageConsumerOptions } from '@px0/event-bus';
import type { Bus } from '@px0/event-bus/internal';
import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closer, logger, openBus } from './support.ts';

const DURABLE = 'test-usage';

let bus: Bus;
let cleanups = closer();

beforeEach(async () => {
  cleanups = closer();
  bus = await openBus(await testBus(), cleanups);
});
afterEach(() => cleanups.run());

function publish(window: number): void {
  const process = randomUUID();
  const time = new Date().toISOString();
  const usage: UsageWindow = { process, window, started_at: time, ended_at: time, versions: [], keys: [] };
  bus.connection.publish(bus.names.onWire(usageSubject(process)), JSON.stringify(usage));
}

/** Follows the stream, and returns the numbers of the windows that were worked on; `fails` says of which window the work fails. */
function follow({
  fails = () => false,
  ...options
}: Partial<UsageConsumerOptions> & { readonly fails?: (window: number) => boolean } = {}): number[] {
  const seen: number[] = [];
  const consumer = new UsageConsumer({
    bus,
    durable: DURABLE,
    logger,
    ...options,
    work: (windows) => {
      const numbers = windows.map(({ window }) => window);
      if (numbers.some(fails)) return Promise.reject(new Error('a window that cannot be counted'));
      seen.push(...numbers);
      return Promise.resolve();
    },
  });
  consumer.start();
  cleanups.add('consumer', () => consumer.stop());
  return seen;
}

it('works on what arrives, before and after its start', async () => {
  publish(1);
  const seen = follow();
  await eventually(() => seen.includes(1));
  publish(2);
  await eventually(() => seen.includes(2));
});

it('works on the others of a batch when one of it fails', async () => {
  for (const window of [1, 2, 3]) publish(window);
  const seen = follow({ fails: (window) => window === 1 });
  await eventually(() => seen.includes(2) && seen.includes(3));
  expect(seen).not.toContain(1);
});

it('works on a message again whose work failed', async () => {
  let failures = 0;
  publish(1);
  const seen = follow({ fails: () => failures++ === 0 });
  await eventually(() => seen.includes(1));
  expect(seen).toEqual([1]);
});

it('shares a plain consumer with an older release, which adds it with its own settings', async () => {
  const stream = bus.names.stream('usage');
  const addAsOlderRelease = () =>
    bus.manager.consumers.add(stream, {
      durable_name: DURABLE,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
    });
  await addAsOlderRelease();
  publish(1);
  const seen = follow({ settings: 'plain' });
  await eventually(() => seen.includes(1));
  await expect(addAsOlderRelease()).resolves.toMatchObject({ name: DURABLE });
});
