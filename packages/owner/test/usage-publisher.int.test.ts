/** How what a process counts comes into the usage stream: window by window, in messages that are not too large. */
import { randomUUID } from 'node:crypto';
import { decodeUsage, type UsageWindow } from '@px0/contracts';
import { type UsageCounts, UsagePublisher } from '@px0/event-bus';
import type { Bus } from '@px0/event-bus/internal';
import { eventually, ownNats, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closer, logger, openBus } from './support.ts';

let cleanups = closer();

beforeEach(() => {
  cleanups = closer();
});
afterEach(() => cleanups.run());

/** One render of a version for each of so many services. */
function version(services: number): UsageCounts['versions'][number] {
  const counted = Array.from({ length: services }, (_, i) => ({ service: `s${i}`, renders: 1, failures: 0 }));
  return {
    promptId: randomUUID(),
    number: 1,
    renders: services,
    failures: 0,
    latencies: [services],
    ...(services > 0 && { services: counted }),
  };
}

/** A publisher that sends what it is given, when it is told to. */
function publisherOf(bus: Bus) {
  let next: UsageCounts | undefined;
  const take = () => {
    const taken = next;
    next = undefined;
    return taken;
  };
  const publisher = new UsagePublisher({ source: { take }, bus, intervalMs: 600_000, logger });
  return async (versions: UsageCounts['versions']) => {
    next = { versions, keys: [] };
    await publisher.flush();
  };
}

async function published(bus: Bus): Promise<UsageWindow[]> {
  const stream = bus.names.stream('usage');
  const { state } = await bus.manager.streams.info(stream);
  const windows: UsageWindow[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq && seq > 0; seq += 1) {
    const message = await bus.manager.streams.getMessage(stream, { seq });
    const window = message === null ? undefined : decodeUsage(message.string());
    if (window !== undefined) windows.push(window);
  }
  return windows;
}

const servicesIn = ({ versions }: UsageWindow) =>
  versions.reduce((sum, { services = [] }) => sum + services.length, 0);

it('has no more than 5,000 versions and services in a message', async () => {
  const bus = await openBus(await testBus(), cleanups);
  const flush = publisherOf(bus);
  await flush([...Array.from({ length: 60 }, () => version(100)), version(0)]);
  const windows = await published(bus);
  expect(windows.map(({ window, versions }) => [window, versions.length])).toEqual([
    [1, 49],
    [2, 12],
  ]);
  expect(windows.map(servicesIn)).toEqual([4_900, 1_100]);
  expect(windows.at(-1)?.versions.at(-1)).not.toHaveProperty('services');
});

it('keeps the counts of windows that have to wait for long, without the names of services', async () => {
  const nats = await ownNats();
  cleanups.add('nats', () => nats.close());
  const bus = await openBus({ servers: nats.servers, streamPrefix: 'late' }, cleanups);
  const flush = publisherOf(bus);
  await nats.stop();
  await eventually(() => !bus.connected);
  for (let i = 0; i < 30; i += 1) await flush([version(3)]);
  await nats.start();
  await eventually(() => bus.connected);
  await eventually(async () => {
    await flush([version(3)]);
    return (await published(bus)).length > 30;
  });
  const windows = await published(bus);
  expect(windows.slice(0, 30).map(({ versions }) => versions[0]?.renders)).toEqual(Array(30).fill(3));
  expect(windows.slice(0, 30).map(servicesIn)).toEqual([...Array(24).fill(3), ...Array(6).fill(0)]);
});
