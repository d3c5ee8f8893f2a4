/** A steady load on a running platform, to watch on its dashboards: renders through the gateway at a fixed rate. */
import { Api, Story } from '@px0/local-platform/story';
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
  await ensurePrompt(host, key);
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

/** Creates the prompt `benchmark` in the key's first team, with a live version, unless it renders already. */
async function ensurePrompt(host: string, key: string): Promise<void> {
  const story = new Story(new Api(host));
  const caller = { token: key };
  if ((await story.render(caller, { slug: SLUG }, VARIABLES)).status === 200) return;
  const team = (await story.get(caller, '/v1/me/teams')).text('teams', 0, 'id');
  const prompt = await story.emptyPrompt(caller, team, { name: 'Benchmark', slug: SLUG });
  await story.live(caller, prompt, 'Hello {{.name}}, welcome to {{.place}}!');
}
