/**
 * npm run scale-test [seconds]: one and two render processes, directly and behind the gateway, with what each process uses. Takes about a
 * minute.
 */
import { cpus } from 'node:os';
import { clientName, load } from '../lib/load.ts';
import { Program } from '../lib/program.ts';
import { World } from '../lib/world.ts';

const BODY = '{"variables":{"name":"Ada","place":"London"}}';
const CONNECTIONS = 64;
const seconds = Math.min(Number(process.argv[2]) || 5, 30);

/** Nobody asks them: only renders are sent. */
const ABSENT = 'http://127.0.0.1:9';

interface Usage {
  readonly process: string;
  readonly cores: number;
  readonly memoryMiB: number;
}

async function startGateway(renders: readonly Program[]): Promise<Program> {
  return await Program.start('services/gateway/src/main.ts', {
    RENDER_URL: renders.map(({ url }) => url).join(','),
    IDENTITY_URL: ABSENT,
    TENANCY_URL: ABSENT,
    PROMPT_REGISTRY_URL: ABSENT,
    // One caller makes all the load.
    RATE_LIMIT_RENDER: '0',
  });
}

/** Load on the origins at once, evenly; what came through, and what each process used meanwhile. */
async function measure(
  key: string,
  origins: readonly Program[],
  watched: Readonly<Record<string, Program>>,
): Promise<{ perSecond: number; p99: number; usage: Usage[] }> {
  const connections = Math.ceil(CONNECTIONS / origins.length);
  const loadAll = (length: number) =>
    Promise.all(
      origins.map(({ url }) =>
        load({ url: `${url}/v1/prompts/greeting/render`, key, body: BODY, connections, seconds: length }),
      ),
    );
  await loadAll(2);
  const before = Object.values(watched).map((program) => program.cpuSeconds());
  const started = performance.now();
  const results = await loadAll(seconds);
  const elapsed = (performance.now() - started) / 1_000;
  const failures = results.reduce((sum, result) => sum + result.failures, 0);
  if (failures > 0) throw new Error(`${failures} renders failed`);
  const usage = Object.entries(watched).map(([name, program], index) => ({
    process: name,
    cores: (program.cpuSeconds() - (before[index] ?? 0)) / elapsed,
    memoryMiB: program.memory() / 2 ** 20,
  }));
  return {
    perSecond: results.reduce((sum, result) => sum + result.perSecond, 0),
    p99: Math.max(...results.map((result) => result.p99)),
    usage,
  };
}

const world = await World.create(1_000);
const first = (await world.startRender()).render;
const second = (await world.startRender()).render;
const started: Program[] = [first, second];
const rows: Record<string, string | number>[] = [];

async function report(setting: string, origins: readonly Program[], watched: Record<string, Program>) {
  const { perSecond, p99, usage } = await measure(world.key, origins, watched);
  for (const { process: name, cores, memoryMiB } of usage) {
    rows.push({
      setting,
      'renders/s': perSecond.toFixed(0),
      'p99 ms': p99.toFixed(1),
      process: name,
      cores: cores.toFixed(2),
      'CPU µs/render': ((cores / perSecond) * 1e6).toFixed(1),
      'memory MiB': memoryMiB.toFixed(0),
    });
  }
}

try {
  console.log(
    `${new Date().toISOString()}: ${cpus().length} cores, ${cpus()[0]?.model ?? ''}, Node ${process.version}, ${await clientName()}, ` +
      `${CONNECTIONS} connections, ${seconds} s each, client and servers on the same machine`,
  );
  await report('1 render', [first], { 'render 1': first });
  await report('2 renders', [first, second], { 'render 1': first, 'render 2': second });
  for (const renders of [[first], [first, second]]) {
    const gateway = await startGateway(renders);
    started.push(gateway);
    const watched = Object.fromEntries(renders.map((program, i) => [`render ${i + 1}`, program]));
    await report(`gateway, ${renders.length} behind it`, [gateway], { gateway, ...watched });
    await gateway.stop();
  }
  console.table(rows);
} finally {
  await Promise.all(started.map((program) => program.stop()));
  await world.close();
}
