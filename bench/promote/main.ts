/**
 * npm run bench:promote [commit]: what a promotion costs the registry, in the present tree and in an older commit, side by side; or, with
 * `policies` in the place of a commit, in the present tree without policies and with 70 of which three guard it and are satisfied. It prints
 * a table and writes bench/results/promote.json. The ratio of processor times counts: latencies say only what this machine did.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownNats, ownPostgres } from '@px0/testing/servers';
import { checkOut } from '../lib/build.ts';
import { databaseSeconds } from '../lib/processor-time.ts';
import { ROOT } from '../lib/program.ts';
import { quantile } from '../lib/statistics.ts';
import { addPolicies } from './policies.ts';
import { Registry } from './registry.ts';

/** The last commit before an event was validated and serialised once. */
const BASELINE = '623e671';
const WARM_UP = 300;
const PROMOTIONS = 500;
/** An idle registry polls; its processor time in this interval is taken from the measured one. */
const IDLE_MS = 5_000;

const argument = process.argv[2] ?? BASELINE;
const isOfPolicies = argument === 'policies';
const folders: Readonly<Record<string, string>> = isOfPolicies
  ? { 'no policies': ROOT, '70 policies': ROOT }
  : { [argument]: checkOut(argument), present: ROOT };
const servers = { nats: await ownNats(), postgres: await ownPostgres() };
const registries = new Map<string, Registry>();
/** By registry. */
const databases = new Map(Object.keys(folders).map((name, index) => [name, `bench${index}`]));
try {
  for (const [name, folder] of Object.entries(folders)) {
    registries.set(name, await Registry.start(folder, databaseOf(name), servers));
  }
  const guarded = registries.get('70 policies');
  if (guarded !== undefined) await addPolicies(guarded);
  await promoteInRandomOrder(WARM_UP);
  const idle = await processorTimes(() => sleep(IDLE_MS));
  const latencies = new Map<string, number[]>();
  const started = performance.now();
  const busy = await processorTimes(async () => {
    for (const [name, times] of await promoteInRandomOrder(PROMOTIONS)) latencies.set(name, times);
  });
  const elapsed = performance.now() - started;

  const rows = [...registries.keys()].map((name) => {
    const perPromotion = (of: 'registry' | 'postgres') => {
      const idlePerSecond = (idle.get(name)?.[of] ?? 0) / (IDLE_MS / 1_000);
      const used = (busy.get(name)?.[of] ?? 0) - idlePerSecond * (elapsed / 1_000);
      return round((used * 1_000) / PROMOTIONS);
    };
    const times = latencies.get(name) ?? [];
    return {
      build: name,
      'p50 ms': round(quantile(times, 0.5)),
      'p95 ms': round(quantile(times, 0.95)),
      'registry: processor ms': perPromotion('registry'),
      'Postgres: processor ms': perPromotion('postgres'),
    };
  });
  const ratioOf = (column: keyof (typeof rows)[number]) => {
    const [before, after] = rows.map((row) => Number(row[column]));
    return round((after ?? Number.NaN) / (before ?? Number.NaN));
  };
  const ratio = {
    'p50 ms': ratioOf('p50 ms'),
    registry: ratioOf('registry: processor ms'),
    postgres: ratioOf('Postgres: processor ms'),
  };
  report(rows, ratio);
} finally {
  await Promise.all([...registries.values()].map((registry) => registry.stop()));
  await Promise.all([servers.nats.close(), servers.postgres.close()]);
}

/** Promotes `count` times in each registry, one at a time, the registries in random order; returns the latencies. */
async function promoteInRandomOrder(count: number): Promise<Map<string, number[]>> {
  const latencies = new Map([...registries.keys()].map((name) => [name, [] as number[]]));
  for (let turn = 0; turn < count; turn += 1) {
    const order = [...registries];
    if (Math.random() < 0.5) order.reverse();
    for (const [name, registry] of order) latencies.get(name)?.push(await registry.promote());
  }
  return latencies;
}

/** In seconds. */
interface ProcessorTimes {
  readonly registry: number;
  /** Of Postgres, for the registry's connections. */
  readonly postgres: number;
}

/** What each registry and its connections used while `work` ran. */
async function processorTimes(work: () => Promise<unknown>): Promise<Map<string, ProcessorTimes>> {
  const used = () =>
    new Map(
      [...registries].map(([name, { process }]): [string, ProcessorTimes] => [
        name,
        { registry: process.cpuSeconds(), postgres: databaseSeconds(databaseOf(name)) },
      ]),
    );
  const before = used();
  await work();
  return new Map(
    [...used()].map(([name, { registry, postgres }]) => [
      name,
      {
        registry: registry - (before.get(name)?.registry ?? 0),
        postgres: postgres - (before.get(name)?.postgres ?? 0),
      },
    ]),
  );
}

function databaseOf(name: string): string {
  return databases.get(name) ?? name;
}

function report(rows: readonly object[], ratio: object): void {
  const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
  console.log(
    `${new Date().toISOString()}: ${machine}\n${PROMOTIONS} promotions each, alternating at random`,
  );
  console.table(rows);
  const [first, second] = Object.keys(folders);
  console.log(`${second} / ${first}:`, ratio);
  const results = join(ROOT, 'bench/results');
  mkdirSync(results, { recursive: true });
  const result = { at: new Date(), machine, promotions: PROMOTIONS, rows, ratio };
  writeFileSync(
    join(results, isOfPolicies ? 'promote-policies.json' : 'promote.json'),
    `${JSON.stringify(result, null, 2)}\n`,
  );
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
