/**
 * npm run bench:idle [commit]: what a platform costs that nobody uses. The platform of the present tree and that of an older commit rest side by
 * side, one process of each service, and it is counted what they ask of Postgres, which processor time they and their servers use, and which
 * memory they hold. It prints tables and writes bench/results/idle.json. BENCH_SECONDS (default: 60) is the length of each measurement.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serviceNames } from '@px0/local-platform';
import { checkOut } from '../lib/build.ts';
import { ROOT } from '../lib/program.ts';
import { RestingPlatform } from './resting-platform.ts';

/** The last commit whose loops asked Postgres at fixed intervals whether there is work. */
const BASELINE = 'c92cb97a';
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 60);
/** What a start leaves behind, such as events to read and garbage to collect, is not what a rest costs. */
const SETTLE_MS = 30_000;

const baseline = process.argv[2] ?? BASELINE;
const folders = { [baseline]: checkOut(baseline), present: ROOT };
const platforms = new Map<string, RestingPlatform>();
try {
  for (const [name, folder] of Object.entries(folders))
    platforms.set(name, await RestingPlatform.start(folder));
  await sleep(SETTLE_MS);
  // Not while statements are counted: logging them costs Postgres time.
  const before = await each((platform) => platform.processorSeconds());
  await sleep(SECONDS * 1_000);
  const after = await each((platform) => platform.processorSeconds());
  const statements = await each((platform) => platform.statements(SECONDS));
  const memory = await each((platform) => platform.memory());

  const processes = [...serviceNames, 'Postgres', 'NATS'];
  const rows = processes.map((name) => ({
    process: name,
    ...columns('statements/s', (platform) => rate(statements.get(platform), name)),
    ...columns('processor ms/min', (platform) =>
      Math.round(
        (((after.get(platform)?.get(name) ?? 0) - (before.get(platform)?.get(name) ?? 0)) * 60_000) / SECONDS,
      ),
    ),
    ...columns('PSS MiB', (platform) => mebibytes(memory.get(platform)?.get(name)?.proportional)),
    ...columns('RSS MiB', (platform) => mebibytes(memory.get(platform)?.get(name)?.resident)),
  }));
  report(rows, statements);
} finally {
  await Promise.all([...platforms.values()].map((platform) => platform.stop()));
}

/** Asks all platforms at once, so that they are measured over the same time. */
async function each<T>(ask: (platform: RestingPlatform) => T | Promise<T>): Promise<Map<string, T>> {
  const answers = [...platforms].map(async ([name, platform]) => [name, await ask(platform)] as const);
  return new Map(await Promise.all(answers));
}

function columns(title: string, of: (platform: string) => number | undefined): Record<string, number> {
  return Object.fromEntries([...platforms.keys()].map((name) => [`${name}: ${title}`, of(name) ?? 0]));
}

function rate(counts: ReadonlyMap<string, ReadonlyMap<string, number>> | undefined, service: string): number {
  const total = [...(counts?.get(service)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  return Math.round((total / SECONDS) * 100) / 100;
}

function mebibytes(bytes = 0): number {
  return Math.round(bytes / 2 ** 20);
}

type Counts = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, number>>>;

function report(rows: readonly Readonly<Record<string, string | number>>[], statements: Counts): void {
  const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
  console.log(`${new Date().toISOString()}: ${machine}, ${SECONDS} s at rest, side by side`);
  console.table(rows);
  const services = rows.filter(({ process }) => serviceNames.some((name) => name === process));
  const titles = Object.keys(rows[0] ?? {}).filter((title) => title !== 'process');
  const totals = Object.fromEntries(
    titles.map((title) => {
      const counted = title.includes('processor') ? rows : services;
      const sum = counted.reduce((total, row) => total + Number(row[title]), 0);
      return [title, Math.round(sum * 100) / 100];
    }),
  );
  console.log('in all: statements and memory of the services, processor time of services and servers');
  console.table([totals]);
  for (const [platform, counts] of statements) {
    console.log(`${platform}: the most frequent statements`);
    console.table(mostFrequent(counts));
  }
  const results = join(ROOT, 'bench/results');
  mkdirSync(results, { recursive: true });
  const frequent = Object.fromEntries(
    [...statements].map(([name, counts]) => [name, mostFrequent(counts)] as const),
  );
  writeFileSync(
    join(results, 'idle.json'),
    `${JSON.stringify({ at: new Date(), machine, seconds: SECONDS, rows, totals, frequent }, null, 2)}\n`,
  );
}

function mostFrequent(counts: ReadonlyMap<string, ReadonlyMap<string, number>>) {
  return [...counts]
    .flatMap(([service, ofService]) =>
      [...ofService].map(([statement, count]) => ({
        service,
        'per second': Math.round((count / SECONDS) * 100) / 100,
        statement,
      })),
    )
    .toSorted((one, other) => other['per second'] - one['per second'])
    .slice(0, 40);
}
