/** What clients do costs neither px0 nor other clients: those that connect without end, and those that read slowly or not at all. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asked, companion } from './fleets.ts';
import { SlowReader } from './slow-reader.ts';
import type { StormOptions, StormReport } from './storm.ts';
import { Watcher } from './watcher.ts';

const long = process.env['PX0_LONG_TESTS'] === '1';
const keys = long ? 100 : 10;
const promotions = long ? 200 : 30;
const storm = long ? { connections: 3_000, rate: 300 } : { connections: 300, rate: 100 };
/** Of the process and of the gateway; an organization may have a quarter. */
const places = long ? 1_200 : 200;
const watchers = 20;

/** What is promised of a promotion: judged only by the long form, which has the machine for itself. */
const PROMISED_MS = 250;
/** The processes whose turn it must be between the answer of a promotion and its arrival: render, the gateway, and this one. */
const TURNS = 3;

let platform: TestPlatform;
let world: World;
let noisy: Account;
let quiet: Account;
let prompt: Prompt;
const programs: ChildProcess[] = [];

beforeAll(async () => {
  const share = String(places / 4);
  platform = await startTestPlatform({
    serviceEnv: {
      gateway: { GATEWAY_STREAMS: String(places) },
      render: {
        DELIVERY_STREAMS: String(places),
        DELIVERY_STREAMS_PER_CALLER: share,
        DELIVERY_STREAMS_PER_ORGANIZATION: share,
      },
    },
  });
  world = new World(platform);
  [noisy, quiet] = await Promise.all([world.account(), world.account()]);
  prompt = await world.emptyPrompt(quiet.key, quiet.team, { slug: 'greeting' });
  await world.live(quiet.key, prompt, 'first');
}, 120_000);
afterAll(async () => {
  for (const program of programs) if (program.connected) program.disconnect();
  await platform?.stop();
});

function start(file: string): ChildProcess {
  const program = companion(file);
  programs.push(program);
  return program;
}

/** How long the machine takes to give another process its turn, there and back, all the time. */
async function echoTimes(): Promise<{ readonly times: number[]; stop: () => void }> {
  const { port } = await asked<AddressInfo>(start('echo.ts'), 'start');
  const times: number[] = [];
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let sentAt = performance.now();
  const send = (): void => {
    sentAt = performance.now();
    socket.write('?');
  };
  socket.on('error', () => undefined);
  socket.on('data', () => {
    times.push(performance.now() - sentAt);
    setTimeout(send, 5);
  });
  send();
  return { times, stop: () => socket.destroy() };
}

function p99(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? Number.NaN;
}

/** From the answer of each promotion to its arrival at the last of all. */
async function arrivals(all: readonly Watcher[]): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < promotions; i += 1) {
    const version = await world.live(quiet.key, prompt, `text ${i}`);
    const answeredAt = performance.now();
    await eventually(() => all.every(({ seenAt }) => seenAt.has(version)), {
      intervalMs: 5,
      what: `version ${version}`,
    });
    times.push(Math.max(0, ...all.map(({ seenAt }) => (seenAt.get(version) ?? 0) - answeredAt)));
  }
  return times;
}

it(
  'while one organization storms, another has every stream that it asks for at once, and each promotion',
  async () => {
    const large = await world.emptyPrompt(noisy.key, noisy.team, { slug: 'large' });
    await world.live(noisy.key, large, 'x'.repeat(200_000));
    const tokens: string[] = [];
    for (let i = 0; i < keys; i += 1) tokens.push((await world.key(noisy, 'read_render')).token);
    const attack = start('storm.ts');
    attack.send({ port: Number(new URL(platform.gatewayUrl).port), tokens, ...storm } satisfies StormOptions);
    // The storm has every place that it can have.
    await eventually(
      async () => {
        const answer = await fetch(`${platform.gatewayUrl}/v1/delivery/stream`, {
          headers: { authorization: `Bearer ${tokens[0]}` },
        });
        await answer.body?.cancel();
        return answer.status === 429;
      },
      { timeoutMs: 60_000, what: 'a refusal of the noisy' },
    );
    let isOver = false;
    const noise = (async () => {
      for (let i = 0; !isOver; i += 1) await world.live(noisy.key, large, `${i}${'x'.repeat(200_000)}`);
    })();

    const all: Watcher[] = [];
    for (let i = 0; i < watchers; i += 1)
      all.push(await Watcher.open(platform.gatewayUrl, quiet.key.token, prompt.slug));
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    await eventually(() => all.every(({ isInStep }) => isInStep), { what: 'everything of the quiet' });

    const echo = long ? await echoTimes() : undefined;
    const times = await arrivals(all);
    echo?.stop();
    isOver = true;
    await noise;
    const report = await asked<StormReport>(attack, 'stop');
    expect(all.map(({ fault }) => fault)).toEqual(all.map(() => undefined));
    for (const one of all) one.leave();

    // What the noisy asks for faster than it is answered may be a 503, too.
    expect(Object.keys(report.answers)).toContain('429');
    expect(Object.keys(report.answers).filter((status) => !['200', '429', '503'].includes(status))).toEqual(
      [],
    );
    expect(report.mostOpen).toBeLessThanOrEqual(places / 4);
    if (echo === undefined) return;
    const machine = p99(echo.times);
    const found = `promotions to ${watchers} streams beside ${JSON.stringify(report)}: p99 ${p99(times).toFixed()} ms, the machine's own delay ${machine.toFixed()} ms`;
    process.stdout.write(`${found}\n`);
    expect(p99(times) - TURNS * machine, found).toBeLessThanOrEqual(PROMISED_MS);
  },
  long ? 900_000 : 180_000,
);

const slowReaders = 20;
const texts = long ? 2_000 : 50;
/** Of the texts that are promoted, in characters: half of them are more than the system takes on the way to a client that does not read. */
const TEXT_LENGTH = 450_000;

/** The resident memory of a process, in bytes. */
function residentBytes(pid: number | null | undefined): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024;
}

it(
  'a reader of 1 KB/s costs no memory that grows, and agrees in the end',
  async () => {
    const slow = await world.account();
    const large = await world.emptyPrompt(slow.key, slow.team, { slug: 'large' });
    await world.live(slow.key, large, 'first');
    const readers = Array.from(
      { length: slowReaders },
      () => new SlowReader(platform.gatewayUrl, slow.key.token),
    );
    for (const reader of readers) await reader.open();
    const memory = () =>
      (['render', 'gateway'] as const).map((service) => residentBytes(platform.services[service][0]?.pid));
    let version = 0;
    let before: number[] = [];
    for (let i = 0; i < texts; i += 1) {
      if (i === texts / 2) before = memory();
      version = await world.live(slow.key, large, `${i}${'x'.repeat(TEXT_LENGTH)}`);
    }
    const grown = memory().map((bytes, index) => bytes - (before[index] ?? 0));
    // Kept for each reader, the second half alone would be more than twice as much.
    const most = 0.4 * slowReaders * 25 * TEXT_LENGTH;
    expect(grown.filter((bytes) => bytes > most)).toEqual([]);
    for (const reader of readers) reader.hurry();
    await eventually(() => readers.every((reader) => reader.liveOf('large') === version), {
      timeoutMs: 60_000,
      what: 'the last version with all slow readers',
    });
    expect(readers.map(({ fault }) => fault)).toEqual(readers.map(() => undefined));
    for (const reader of readers) reader.leave();
  },
  long ? 900_000 : 180_000,
);
