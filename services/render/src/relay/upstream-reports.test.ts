import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type UsageWindow, usageLatencyBoundsMs, usageLimits } from '@px0/contracts';
import type { UsageCounts } from '@px0/event-bus';
import { silentLogger } from '@px0/service-kit';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Report } from './reports-of.ts';
import { UpstreamReports } from './upstream-reports.ts';

let server: Server;
let url: string;
/** What has come, and how it was answered. */
let asked: { readonly reports: readonly Report[]; readonly status: number }[];
let answer: (reports: readonly Report[]) => number | Promise<number>;

beforeAll(async () => {
  server = createServer(async (req, res) => {
    const { reports } = JSON.parse(await text(req)) as { reports: Report[] };
    const status = await answer(reports);
    asked.push({ reports, status });
    res.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  asked = [];
  answer = () => 204;
});

function reportsTo(address: { url: string; key: string } | undefined, counts: UsageCounts[] = []) {
  const seen: UsageCounts[] = [];
  const reports = new UpstreamReports({
    address,
    source: { take: () => counts.shift() },
    onCounts: (one) => seen.push(one),
    intervalMs: 3_600_000,
    logger: silentLogger(),
  });
  return { reports, seen };
}

const upstream = () => reportsTo({ url, key: 'k' }).reports;
const none = usageLatencyBoundsMs.map(() => 0).concat(0);

function windowOf(process: string, rows = 1, variables: string[] = []): UsageWindow {
  const row = { prompt_id: process, number: 1, renders: 1, failures: 0, latencies: none, source: 'poll' };
  const time = '2026-01-01T00:00:00.000Z';
  return {
    process,
    window: 1,
    started_at: time,
    ended_at: time,
    versions: Array.from({ length: rows }, () => ({ ...row, variables })),
    client: { owner: 'o', key_id: 'k', service: 's', service_version: '', sdk: 'x' },
    keys: [],
  };
}

/** The processes of the reports that were taken. */
const taken = () =>
  asked
    .filter(({ status }) => status === 204)
    .flatMap(({ reports }) => reports.map(({ process }) => process));

it('reports its own renders for each service, and durations once', async () => {
  const latencies = [4, ...none.slice(1)];
  const version = { number: 3, renders: 3, failures: 1, latencies };
  const services = [
    { service: 'a', renders: 1, failures: 1 },
    { service: 'b', renders: 2, failures: 0 },
  ];
  const counts = [
    {
      versions: [
        { promptId: 'p', ...version, services },
        { promptId: 'q', ...version },
      ],
      keys: [],
    },
    { versions: [{ promptId: 'r', ...version, services: services.slice(0, 1) }], keys: [] },
  ];
  const { reports, seen } = reportsTo({ url, key: 'k' }, [...counts]);
  await reports.flush();
  await reports.flush();
  expect(seen).toEqual(counts);
  const all = asked.flatMap(({ reports: some }) => some);
  expect(new Set(all.map(({ process }) => process)).size).toBe(1);
  expect(all.map(({ window }) => window)).toEqual([1, 2, 3, 4, 5]);
  expect(all.map(({ service, rows }) => [service?.name, rows])).toEqual([
    ['a', [{ prompt_id: 'p', version: 3, source: 'stream', renders: 1, failures: 1, latencies }]],
    ['b', [{ prompt_id: 'p', version: 3, source: 'stream', renders: 2, failures: 0 }]],
    [undefined, [{ prompt_id: 'q', version: 3, source: 'stream', renders: 3, failures: 1, latencies }]],
    [undefined, [{ prompt_id: 'r', version: 3, source: 'stream', renders: 2, failures: 0, latencies }]],
    ['a', [{ prompt_id: 'r', version: 3, source: 'stream', renders: 1, failures: 1 }]],
  ]);
});

it('sends again what was not taken, under the same process and window', async () => {
  const reports = upstream();
  answer = () => 503;
  reports.take(windowOf('one'));
  await reports.flush();
  reports.take(windowOf('two'));
  answer = () => 204;
  await reports.flush();
  await reports.flush();
  expect(asked.map(({ reports: some }) => some.map(({ process }) => process))).toEqual([
    ['one'],
    ['one', 'two'],
  ]);
});

it('keeps ten thousand rows, and the latest', async () => {
  const reports = upstream();
  for (let index = 0; index < 12; index += 1) reports.take(windowOf(`w${index}`, 999));
  await reports.flush();
  expect(taken()).toEqual(Array.from({ length: 10 }, (_, index) => `w${index + 2}`));
});

it('keeps as many as 32 MiB, however long the names are', async () => {
  const reports = upstream();
  const name = 'x'.repeat(usageLimits.variableName);
  const names = Array.from({ length: 64 }, (_, index) => `${index}${name}`.slice(0, 128));
  for (let index = 0; index < 50; index += 1) reports.take(windowOf(`w${index}`, 90, names));
  await reports.flush();
  expect(taken().length).toBeGreaterThan(35);
  expect(taken().length).toBeLessThan(45);
  expect(taken().at(-1)).toBe('w49');
});

it('gives up none of those that were never sent in place of those that were', async () => {
  const reports = upstream();
  reports.take(windowOf('sent', 999));
  let isIn: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => (isIn = resolve));
  let proceed: (status: number) => void = () => undefined;
  answer = () => {
    answer = () => 204;
    isIn();
    return new Promise<number>((resolve) => (proceed = resolve));
  };
  const flushed = reports.flush();
  await arrived;
  for (let index = 0; index < 11; index += 1) reports.take(windowOf(`w${index}`, 999));
  proceed(204);
  await flushed;
  expect(taken()).toEqual(['sent', ...Array.from({ length: 9 }, (_, index) => `w${index + 2}`)]);
});

it('loses no other to one that is refused, and asks on after a px0 that takes none', async () => {
  const reports = upstream();
  answer = (some) => (some.some(({ process }) => process === 'bad') ? 400 : 204);
  for (const process of ['one', 'bad', 'two']) reports.take(windowOf(process));
  await reports.flush();
  expect(taken()).toEqual(['one', 'two']);
  answer = () => 404;
  for (const process of ['three', 'four']) reports.take(windowOf(process));
  await reports.flush();
  answer = () => 204;
  reports.take(windowOf('five'));
  await reports.flush();
  expect(taken()).toEqual(['one', 'two', 'five']);
});

it('sends no more than a body may have, and leaves out names that make a report too long', async () => {
  const reports = upstream();
  const names = Array.from({ length: 64 }, (_, index) => `${index}`.padEnd(128, 'x'));
  reports.take(windowOf('long', 1_000, names));
  for (let index = 0; index < 10; index += 1) reports.take(windowOf(`w${index}`, 20, names));
  await reports.flush();
  expect(taken().length).toBe(11);
  expect(asked.length).toBeGreaterThan(1);
  for (const { reports: some } of asked)
    expect(Buffer.byteLength(JSON.stringify({ reports: some }))).toBeLessThanOrEqual(usageLimits.bodyBytes);
  const rows = (process: string) =>
    asked.flatMap(({ reports: some }) => some).find((one) => one.process === process)?.rows ?? [];
  expect(rows('long')).toHaveLength(1_000);
  expect(rows('long')[0]?.variables).toBeUndefined();
  expect(rows('w1')[0]?.variables).toHaveLength(64);
});

it('keeps nothing without an upstream', async () => {
  const counts = [
    { versions: [{ promptId: 'p', number: 1, renders: 1, failures: 0, latencies: none }], keys: [] },
  ];
  const { reports, seen } = reportsTo(undefined, [...counts]);
  reports.take(windowOf('one'));
  await reports.flush();
  await reports.stop();
  expect(seen).toEqual(counts);
  expect(asked).toEqual([]);
});
