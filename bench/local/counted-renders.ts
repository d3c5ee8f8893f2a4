/**
 * Measures what it costs to count renders of the TypeScript SDK for px0, and to tell OpenTelemetry's own SDK of them, each beside renders of which nobody is told.
 * Prints a JSON line for each, as the programs of the engines do; by itself (`node bench/local/counted-renders.ts`) the ratios are read from these.
 */
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { type DeliveredPrompt, Digest, type Frame, LANGUAGE_LEVEL, systemClock } from '@px0/delivery';
import { Client } from '../../packages/sdk-typescript/src/client.ts';
import type { Px0Options } from '../../packages/sdk-typescript/src/mod.ts';
import { settingsOf } from '../../packages/sdk-typescript/src/options.ts';
import { localParts } from '../../packages/sdk-typescript/src/parts.ts';
import { WORKLOADS } from '../../packages/template/bench/workloads.ts';
import { quantile } from '../lib/statistics.ts';

const SAMPLES = 5_000;
/** The clock is too coarse for one render. */
const RENDERS_PER_SAMPLE = 20;
const WORKLOAD = 'chat, 4 messages';
const NOBODY = 'nobody is told';
const REVISION = Buffer.from('1:1:1').toString('base64url');

class FedClient extends Client {}

/** A client that holds the prompt, whatever px0 says. */
function holding(prompt: DeliveredPrompt, options: Px0Options): Client {
  const host = 'http://127.0.0.1:1';
  const settings = settingsOf({
    mode: 'stream',
    host,
    accessToken: 'bench',
    serviceName: 'bench',
    ...options,
  });
  const parts = localParts(settings, { clock: systemClock(), transport: () => new Promise(() => {}) });
  const team_id = '00000000-0000-4000-8000-000000000000';
  const digest = new Digest();
  digest.add(prompt.etag);
  const frames: Frame[] = [
    { type: 'begin', team_id, base: null },
    { type: 'put', team_id, revision: REVISION, prompt },
    {
      type: 'sync',
      revision: REVISION,
      digest: digest.text,
      count: digest.count,
      teams: [{ team_id, revision: REVISION }],
    },
  ];
  parts.local.feed(frames);
  return new FedClient(parts);
}

const workload = WORKLOADS.find(({ name }) => name === WORKLOAD);
if (workload === undefined) throw new Error(`there is no workload ${WORKLOAD}`);
const prompt: DeliveredPrompt = {
  id: '00000000-0000-4000-8000-000000000001',
  slug: 'chat',
  status: 'active',
  created_at: '2026-01-01T00:00:00Z',
  live: 1,
  tags: {},
  versions: [{ version: 1, status: 'live', template: workload.go, language: LANGUAGE_LEVEL }],
  etag: '0000000000000001',
};
const variables = JSON.parse(JSON.stringify(workload.data));

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
trace.setGlobalTracerProvider(new TracerProvider());
metrics.setGlobalMeterProvider(new MeterProvider());

const clients = {
  [NOBODY]: holding(prompt, { usage: 'off', telemetry: false }),
  counted: holding(prompt, { usage: 'full', telemetry: false }),
  'counted, with OpenTelemetry': holding(prompt, { usage: 'full' }),
};
const samples: Record<string, { readonly single: number[]; readonly many: number[] }> = Object.fromEntries(
  Object.keys(clients).map((name) => [name, { single: [], many: [] }]),
);
// In a request of the application, whose span is recorded.
await trace.getTracer('bench').startActiveSpan('request', async (span) => {
  for (let sample = -SAMPLES / 10; sample < SAMPLES; sample += 1) {
    for (const [name, client] of Object.entries(clients)) {
      const [first, others] = [await microseconds(client, 1), await microseconds(client, RENDERS_PER_SAMPLE)];
      if (sample < 0) continue;
      samples[name]?.single.push(first);
      samples[name]?.many.push(others);
    }
  }
  span.end();
});
const medianOf = (name: string) => quantile(samples[name]?.many ?? [], 0.5);
for (const name of Object.keys(clients).filter((one) => one !== NOBODY)) {
  for (const engine of ['px0', NOBODY]) {
    const measured = engine === 'px0' ? name : NOBODY;
    console.log(
      JSON.stringify({
        workload: `${WORKLOAD}, ${name}`,
        engine,
        p50_us: medianOf(measured),
        p99_us: quantile(samples[measured]?.single ?? [], 0.99),
        ratio: medianOf(measured) / medianOf(NOBODY),
      }),
    );
  }
}
await Promise.all(Object.values(clients).map((client) => client.close()));

async function microseconds(client: Client, count: number): Promise<number> {
  const start = process.hrtime.bigint();
  let length = 0;
  for (let i = 0; i < count; i += 1) length += (await client.render('chat', variables)).text.length;
  if (length === 0) throw new Error('nothing was rendered');
  return Number(process.hrtime.bigint() - start) / 1_000 / count;
}
