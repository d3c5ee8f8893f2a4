/**
 * What an application process that renders ten times a second costs px0 in a minute, in processor time of everything that serves it: the five services, NATS
 * and Postgres. A process that holds its prompts costs heartbeats and a report of its usage; one that does not costs its renders.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Px0, type Px0Options } from '@px0/sdk';
import { eventually, startTestPlatformWithServers } from '@px0/testing/servers';
import { World } from '@px0/testing/world';
import { processorSeconds } from '../lib/processor-time.ts';
import { TWO_VARIABLES } from '../lib/texts.ts';
import { comparison, type Row } from './row.ts';
import { OPEN_DOORS } from './scene.ts';

const MOST = 0.02;
const RENDERS_PER_SECOND = 10;
const RENDERS_PER_MINUTE = 60 * RENDERS_PER_SECOND;
/** SDKs report every minute, give or take a fifth: within this time each does so once. What it adds to a minute counts against the local renders. */
const WINDOW_MS = 76_000;
const SETTLING_MS = 5_000;
const PATIENCE_MS = 120_000;
const VARIABLES = { name: 'Ada', place: 'London' };

interface Use {
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly renders: number;
}

export async function cost({ local = 500, remote = 40, rounds = 2 } = {}): Promise<Row[]> {
  // Heartbeats as they are in earnest.
  const { DELIVERY_HEARTBEAT_MS: _slow, ...doors } = OPEN_DOORS;
  const platform = await startTestPlatformWithServers({ env: doors });
  try {
    const world = new World(platform);
    const { key, team } = await world.account();
    const prompt = await world.emptyPrompt(key, team, { slug: 'greeting' });
    await world.live(key, prompt, TWO_VARIABLES);
    const options = { host: platform.gatewayUrl, accessToken: key.token, telemetry: false };
    const inProcess: number[] = [];
    const remotely: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await sleep(SETTLING_MS);
      const idle = await used(() => sleep(WINDOW_MS / 2));
      const idlePerSecond = idle.cpuSeconds / idle.seconds;
      const beyondIdle = ({ cpuSeconds, seconds }: Use) => (cpuSeconds - idlePerSecond * seconds) * 1_000;
      const before = await reported(platform.gatewayUrl, key.token, prompt.id);
      const held = await rendering(local, { ...options, mode: 'stream', serviceName: 'checkout' });
      const counted = (await reported(platform.gatewayUrl, key.token, prompt.id)) - before;
      // Those since the reports come with the next ones.
      if (counted < held.renders / 2)
        throw new Error(`only ${counted} of ${held.renders} renders were reported`);
      inProcess.push(beyondIdle(held) / local);
      const asked = await rendering(remote, { ...options, mode: 'remote', usage: 'off' });
      remotely.push((beyondIdle(asked) / asked.renders) * RENDERS_PER_MINUTE);
    }
    return [
      comparison({
        measured: `processor time of px0 for a process and minute at ${RENDERS_PER_SECOND} renders/s, in its own process`,
        unit: 'ms',
        px0: inProcess,
        against: 'remotely',
        baseline: remotely,
        atMost: MOST,
      }),
    ];
  } finally {
    await platform.stop();
  }
}

/** So many processes, played by as many clients, that render at their pace while it is measured; connecting and closing are not. */
async function rendering(count: number, options: Px0Options): Promise<Use> {
  const clients = Array.from({ length: count }, () => new Px0(options));
  try {
    // On a busy machine longer than `ready()` waits.
    const isReady = async () => clients.every((client) => client.status().state === 'ready');
    if (options.mode === 'stream') await eventually(isReady, { what: 'all streams', timeoutMs: PATIENCE_MS });
    let renders = 0;
    const failures: unknown[] = [];
    const period = 1_000 / RENDERS_PER_SECOND;
    const timers: NodeJS.Timeout[] = [];
    const render = async (client: Px0): Promise<void> => {
      const { source } = await client.render('greeting', VARIABLES);
      if (source !== (options.mode === 'stream' ? 'stream' : 'live')) throw new Error(`from ${source}`);
      renders += 1;
    };
    const begin = (client: Px0): void => {
      timers.push(setInterval(() => void render(client).catch((error) => failures.push(error)), period));
    };
    const use = await used(async () => {
      // Evenly over the period.
      clients.forEach((client, index) => {
        setTimeout(begin, (index * period) / count, client);
      });
      await sleep(WINDOW_MS);
    });
    for (const timer of timers) clearInterval(timer);
    if (failures.length > 0) throw new Error(`${failures.length} renders failed`, { cause: failures[0] });
    return { ...use, renders };
  } finally {
    await Promise.all(clients.map((client) => client.close()));
    await sleep(SETTLING_MS);
  }
}

async function used(work: () => Promise<unknown>): Promise<Omit<Use, 'renders'>> {
  const [began, before] = [performance.now(), processorSeconds()];
  await work();
  return { cpuSeconds: processorSeconds() - before, seconds: (performance.now() - began) / 1_000 };
}

/** How many renders px0 knows that were made outside of it. */
async function reported(host: string, token: string, promptId: string): Promise<number> {
  const response = await fetch(`${host}/v1/prompts/${promptId}/services`, {
    headers: { authorization: `Bearer ${token}` },
  });
  if (!response.ok) throw new Error(`the services were answered with ${response.status}`);
  const { services } = (await response.json()) as { services: { source: string; renders: number }[] };
  return services.reduce((sum, { source, renders }) => sum + (source === 'stream' ? renders : 0), 0);
}
