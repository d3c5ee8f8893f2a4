/** A steady load on a running platform, to watch on its dashboards: renders through the gateway at a fixed rate. */
import { routes } from '@px0/contracts';
import { load } from '../lib/load.ts';

const SLUG = 'benchmark';
const VARIABLES = { name: 'Ada', place: 'London' };

/** `PX0_HOST` and `PX0_ACCESS_TOKEN` (a key with operation `all`) say where; `PX0_BENCH_SECONDS` and `PX0_BENCH_RATE` how much. */
export async function platform() {
  const host = process.env['PX0_HOST'] ?? 'http://localhost:8000';
  const key = process.env['PX0_ACCESS_TOKEN'];
  if (key === undefined) throw new Error('PX0_ACCESS_TOKEN must hold an API key with operation all');
  const seconds = Number(process.env['PX0_BENCH_SECONDS'] ?? 60);
  const rate = Number(process.env['PX0_BENCH_RATE'] ?? 500);
  const url = `${host}/v1/prompts/${SLUG}/render`;
  const body = JSON.stringify({ variables: VARIABLES });
  await ensurePrompt(host, key, url, body);
  const result = await load({ url, key, body, connections: 16, seconds, rate });
  return {
    title: `Renders through the gateway of ${host}, for ${seconds} s`,
    rows: [
      {
        'asked renders/s': rate,
        'renders/s': result.perSecond.toFixed(0),
        'p50 ms': result.p50.toFixed(2),
        'p99 ms': result.p99.toFixed(2),
        failures: result.failures,
      },
    ],
    summary: 'the client shares the machine',
  };
}

/** The prompt `benchmark` of the key's first team, with a live version. */
async function ensurePrompt(host: string, key: string, url: string, body: string): Promise<void> {
  const call = async (method: 'GET' | 'POST', target: string, text?: string): Promise<Response> =>
    await fetch(target, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(text !== undefined && { body: text }),
    });
  const answerOf = async (response: Response): Promise<unknown> => {
    if (!response.ok)
      throw new Error(`${response.url} was answered with ${response.status}: ${await response.text()}`);
    return await response.json();
  };
  if ((await call('POST', url, body)).ok) return;
  const [team] = routes.listUserTeams.success.schema.parse(
    await answerOf(await call('GET', `${host}/v1/me/teams`)),
  ).teams;
  const created = await call(
    'POST',
    `${host}/v1/teams/${team?.id}/prompts`,
    JSON.stringify({ name: 'Benchmark', slug: SLUG }),
  );
  const { id } = routes.createPrompt.success.schema.parse(await answerOf(created)).prompt;
  const versions = `${host}/v1/prompts/${id}/versions`;
  await answerOf(
    await call('POST', versions, JSON.stringify({ template: 'Hello {{.name}}, welcome to {{.place}}!' })),
  );
  // Draft to stable, then stable to live.
  await answerOf(await call('POST', `${versions}/1/promote`));
  await answerOf(await call('POST', `${versions}/1/promote`));
}
