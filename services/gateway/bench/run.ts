/**
 * Measures the gateway against a bare undici proxy and a direct call: renders per second at 32 connections, processor time per
 * request (which other work on the machine disturbs least; Linux only), and the latency that each adds at one connection.
 *
 *     node services/gateway/bench/run.ts [seconds per run] [rounds]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

const seconds = Number(process.argv[2] ?? 4);
const rounds = Number(process.argv[3] ?? 3);
/** Linux counts processor time in hundredths of a second. */
const MICROSECONDS_PER_TICK = 10_000;

interface Run {
  readonly perSecond: number;
  readonly p50: number;
  readonly errors: number;
}

async function load(url: string, connections: number): Promise<Run> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const body = JSON.stringify({ variables: { name: 'Ada', topic: 'prompts' } });
  const headers = {
    authorization: `Bearer ak_${'ab'.repeat(32)}`,
    'content-type': 'application/json',
    accept: '*/*',
  };
  const latencies: number[] = [];
  let errors = 0;
  const end = performance.now() + seconds * 1_000;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) {
      const started = performance.now();
      await new Promise<void>((resolve) => {
        pool.dispatch(
          { path: '/v1/prompts/hello/render', method: 'POST', headers, body },
          {
            onRequestStart: () => undefined,
            onResponseStart: (_controller, status) => {
              if (status !== 200) errors += 1;
            },
            onResponseData: () => undefined,
            onResponseEnd: () => resolve(),
            onResponseError: () => {
              errors += 1;
              resolve();
            },
          },
        );
      });
      latencies.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: connections }, caller));
  await pool.destroy();
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p50: latencies[latencies.length >> 1] ?? Number.NaN,
    errors,
  };
}

function processorTicks(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
    return Number(fields[13]) + Number(fields[14]);
  } catch {
    return Number.NaN;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Round by round: both had the same neighbours then. */
function ratios(ones: readonly number[], others: readonly number[]): number[] {
  return ones.map((one, round) => one / (others[round] ?? Number.NaN));
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) =>
    (sorted[Math.floor(sorted.length * share)] ?? Number.NaN).toFixed(2),
  );
  return `${middle} (${low} to ${high})`;
}

async function start(
  script: string,
  env: Record<string, string>,
): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(import.meta.dirname, script)], {
    env: { ...process.env, LOG_LEVEL: 'warn', ...env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/`).then(
      () => true,
      () => false,
    ))
  )
    await sleep(50);
  return { child, url };
}

const upstream = await start('upstream.ts', {});
const env = Object.fromEntries(
  ['IDENTITY_URL', 'TENANCY_URL', 'PROMPT_REGISTRY_URL', 'RENDER_URL'].map((name) => [name, upstream.url]),
);
const bare = await start('bare-proxy.ts', env);
const gateway = await start('../src/main.ts', env);

const proxies = [
  { name: 'bare', ...bare, perSecond: [] as number[], micros: [] as number[] },
  { name: 'gateway', ...gateway, perSecond: [] as number[], micros: [] as number[] },
] as const;
for (const { url } of proxies) await load(url, 32);
for (let round = 0; round < rounds; round++) {
  // Each goes first in every second round.
  for (const proxy of round % 2 === 0 ? proxies : proxies.toReversed()) {
    const { name, child, url } = proxy;
    const before = processorTicks(child.pid);
    const { perSecond, p50, errors } = await load(url, 32);
    const micros = ((processorTicks(child.pid) - before) * MICROSECONDS_PER_TICK) / (perSecond * seconds);
    proxy.perSecond.push(perSecond);
    proxy.micros.push(micros);
    console.log(
      `${name.padEnd(8)} ${Math.round(perSecond)} req/s, ${micros.toFixed(1)} µs of processor per request, p50 ${p50.toFixed(2)} ms, ${errors} errors`,
    );
  }
}
const [plain, px0] = proxies;
console.log(
  `gateway to bare, median of the rounds (quartiles): ${spread(ratios(px0.perSecond, plain.perSecond))} by throughput, ${spread(ratios(plain.micros, px0.micros))} by processor time`,
);
for (const [name, { url }] of [
  ['direct', upstream],
  ['bare', bare],
  ['gateway', gateway],
] as const) {
  console.log(`${name.padEnd(8)} p50 ${(await load(url, 1)).p50.toFixed(3)} ms at one connection`);
}
for (const { child } of [gateway, bare, upstream]) {
  child.kill('SIGTERM');
  await once(child, 'exit');
}
