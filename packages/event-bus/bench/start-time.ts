/**
 * How long a reader takes to start, and what it remembers per subject: `node bench/start-time.ts 100000`. Starts a NATS server of its
 * own, fills it with prompts, and reads them with decoding, validation and a view that keeps one number for each.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeEvent, type StateEvent, stateSubject } from '@px0/contracts';
import { silentLogger } from '@px0/service-kit';
import { connectBus, declareEpoch, Projection, viewStream } from '../src/internal.ts';

const count = Number(process.argv[2] ?? 100_000);
const port = 14_000 + (process.pid % 1_000);
const folder = await mkdtemp(join(tmpdir(), 'px0-bench-'));
const configuration = join(folder, 'nats.conf');
await writeFile(configuration, `port: ${port}\nmax_payload: 8MB\njetstream { store_dir: "${folder}" }\n`);
const server = spawn('nats-server', ['-c', configuration], { stdio: 'ignore' });
const logger = silentLogger();
const bus = await connectBus({ servers: `127.0.0.1:${port}`, name: 'bench', streamPrefix: '', logger });

const view = await viewStream(bus);
if (view === undefined) throw new Error('no stream');
const mark = await declareEpoch(bus, view, '0');

const time = new Date().toISOString();
function promptText(id: string, index: number): string {
  const identity = {
    team_id: randomUUID(),
    slug: `prompt-${index}`,
    name: `Prompt ${index}`,
    status: 'active',
  } as const;
  const live = {
    number: 3,
    template: `Hello {{ .name }}, this is prompt ${index}. ${'Be brief. '.repeat(20)}`,
  };
  const versions = [
    [1, 'archived', 1],
    [2, 'stable', 1],
    [3, 'live', 1],
  ] as const;
  const state = {
    ...identity,
    created_at: time,
    updated_at: time,
    live,
    tags: { prod: 3 },
    versions: [...versions],
  };
  return encodeEvent({ name: 'prompt', id, revision: 1, time, state });
}

/** Without acknowledgements, a window at a time: filling is not what is measured. */
const WINDOW = 5_000;
for (let start = 0; start < count; start += WINDOW) {
  for (let index = start; index < Math.min(count, start + WINDOW); index += 1) {
    const id = randomUUID();
    bus.connection.publish(stateSubject('prompt', id), promptText(id, index));
  }
  const written = mark.sequence + Math.min(count, start + WINDOW);
  while (((await bus.streamFacts('state'))?.lastSequence ?? 0) < written) await bus.connection.flush();
}
for (const name of ['identityComplete', 'tenancyComplete', 'registryComplete'] as const) {
  const id = name.replace('Complete', '');
  const payload = encodeEvent({ name, id, revision: 1, time, state: { epoch: mark.epoch } });
  const expectation = { lastSubjectSequence: 0 };
  await bus.publish({
    subject: stateSubject(name, id),
    payload,
    revision: 1,
    traceparent: undefined,
    expectation,
  });
}

/** Keeps as little as a view can, so that what is measured is the projection. */
class CountingView {
  seen = 0;
  wants(name: StateEvent['name']): boolean {
    return name === 'prompt';
  }
  apply(): void {
    this.seen += 1;
  }
  drop(): void {}
}

globalThis.gc?.();
const before = process.memoryUsage();
const counting = new CountingView();
const started = performance.now();
const cpu = process.cpuUsage();
const projection = new Projection({ bus, views: [counting], logger });
await projection.start();
await projection.whenReady();
const seconds = (performance.now() - started) / 1_000;
const used = process.cpuUsage(cpu);
globalThis.gc?.();
const after = process.memoryUsage();
const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
console.log(
  JSON.stringify({
    prompts: counting.seen,
    seconds: Number(seconds.toFixed(2)),
    cpuSeconds: (used.user + used.system) / 1e6,
    perSecond: Math.round(counting.seen / seconds),
    bytesPerSubject: Math.round(bytes / counting.seen),
    rssMiB: Math.round(after.rss / 1024 / 1024),
  }),
);
await projection.stop();
await bus.close();
server.kill();
await new Promise((resolve) => server.once('exit', resolve));
await rm(folder, { recursive: true, force: true });
