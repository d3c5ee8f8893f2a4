/** Ten thousand clients that come back within two seconds after some prompts have changed: what they are sent, against whole transfers. */
import { randomUUID } from 'node:crypto';
import { World } from '../lib/world.ts';
import { comparison, figure, type Row } from './row.ts';
import { OPEN_DOORS, promptText, STREAM_PATH, streamHeaders } from './scene.ts';
import { StreamClients } from './stream-clients.ts';

const MOST = 0.02;

export async function resume({
  clients: count = 10_000,
  prompts = 10_000,
  changed = 50,
  overMs = 2_000,
  rounds = 3,
} = {}): Promise<Row[]> {
  const world = await World.create(prompts, promptText);
  const { render } = await world.startRender(OPEN_DOORS);
  const clients = new StreamClients();
  try {
    const url = render.url + STREAM_PATH;
    const headers = streamHeaders(world.key);
    const whole = await clients.open({ url, headers, count: 1 });
    await clients.closeStreams();
    const outcomes: Record<string, number> = {};
    const [bytes, wholeBytes, refused, cpu, wholeCpu, took]: number[][] = [[], [], [], [], [], []];
    for (let round = 0; round < rounds; round += 1) {
      const from = await revisionOf(render.url, world.key);
      for (let change = 0; change < changed; change += 1)
        await world.publishPrompt(randomUUID(), `changed-${round}-${change}`, 1, promptText(change));
      const before = render.cpuSeconds();
      const began = performance.now();
      const back = await clients.open({
        url,
        headers: [...headers, `Last-Event-ID: ${from}`],
        count,
        overMs,
      });
      took?.push(performance.now() - began);
      cpu?.push(((render.cpuSeconds() - before) * 1e6) / count);
      bytes?.push(back.bytes);
      wholeBytes?.push(whole.bytes * count);
      for (const [outcome, times] of Object.entries(back.statuses))
        outcomes[outcome] = (outcomes[outcome] ?? 0) + times;
      refused?.push(refusals(back.statuses));
      await clients.closeStreams();
      const beforeWhole = render.cpuSeconds();
      const some = 20;
      await clients.open({ url, headers, count: some });
      wholeCpu?.push(((render.cpuSeconds() - beforeWhole) * 1e6) / some);
      await clients.closeStreams();
    }
    const what = `${count} clients, ${changed} of ${prompts} prompts changed`;
    return [
      comparison({
        measured: `bytes of resuming, ${what}`,
        unit: 'bytes',
        px0: bytes ?? [],
        against: 'whole transfers',
        baseline: wholeBytes ?? [],
        atMost: MOST,
      }),
      comparison({
        measured: 'processor time of resuming, for each client',
        unit: 'µs',
        px0: cpu ?? [],
        against: 'a whole transfer whose bytes are kept',
        baseline: wholeCpu ?? [],
      }),
      figure({
        measured: 'clients that px0 refused, at most',
        unit: 'clients',
        values: refused ?? [],
        at: 1,
        atMost: 0,
        beside: Object.entries(outcomes)
          .map(([outcome, times]) => `${outcome}: ${times}`)
          .join(', '),
      }),
      figure({
        measured: `until all have resumed, of which they come over ${overMs} ms`,
        unit: 'ms',
        values: took ?? [],
      }),
    ];
  } finally {
    await clients.stop();
    await render.stop();
    await world.close();
  }
}

/** How many got another answer than 200. Those that the system has cut before they were seen got none. */
function refusals(statuses: Readonly<Record<string, number>>): number {
  return Object.entries(statuses)
    .filter(([outcome]) => /^\d{3}$/.test(outcome) && outcome !== '200')
    .reduce((sum, [, times]) => sum + times, 0);
}

/** The revision of now, as a client would remember it. */
async function revisionOf(url: string, key: string): Promise<string> {
  const response = await fetch(`${url}/v1/delivery/snapshot`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${key}` },
  });
  const revision = response.headers.get('px0-revision');
  if (revision === null) throw new Error(`no revision, but status ${response.status}`);
  return revision;
}
