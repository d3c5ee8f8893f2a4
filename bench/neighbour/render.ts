/** A small prompt of one organization, beside another that renders the heaviest templates on two connections. */
import { randomUUID } from 'node:crypto';
import { heavyTemplates } from '../../packages/template/bench/heavy.ts';
import { type Call, Loop, paced, type Timed } from '../lib/paced.ts';
import type { Program } from '../lib/program.ts';
import { quantile } from '../lib/statistics.ts';
import { type Tenant, World } from '../lib/world.ts';

const PER_SECOND = 100;
const SECONDS = 15;
const HEAVY_CONNECTIONS = 2;
/** Templates of more bytes are not legal. */
const MAX_TEMPLATE_BYTES = 524_288;
/** Bodies of more bytes are not, either. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export async function render(builds: ReadonlyMap<string, string>) {
  const world = await World.create(1);
  try {
    const heavy = await publishHeavy(world, await world.tenant());
    const rows = [];
    for (const [build, folder] of builds) {
      const { render: program } = await world.startRender({ PX0_BENCH_HOLDS: '1' }, [], folder);
      try {
        const call = {
          url: `${program.url}/v1/prompts/greeting/render`,
          key: world.key,
          body: '{"variables":{"name":"Ada","place":"London"}}',
        };
        await paced(call, PER_SECOND, 3);
        rows.push(await measure(`${build}, alone`, program, call, []));
        const calls = heavy.map(({ slug, ...rest }) => ({
          ...rest,
          url: `${program.url}/v1/prompts/${slug}/render`,
        }));
        rows.push(await measure(`${build}, beside ${calls.length} heavy templates`, program, call, calls));
      } finally {
        await program.stop();
      }
    }
    return {
      title: `A small prompt, ${PER_SECOND} renders a second for ${SECONDS} s, heavy templates on ${HEAVY_CONNECTIONS} connections`,
      rows,
    };
  } finally {
    await world.close();
  }
}

async function measure(name: string, program: Program, call: Call, heavy: readonly Call[]) {
  await program.eventLoop();
  const loop = heavy.length > 0 ? new Loop(heavy, HEAVY_CONNECTIONS) : undefined;
  const answers = await paced(call, PER_SECOND, SECONDS);
  const loopState = await program.eventLoop();
  await loop?.stop();
  const times = answers.map(({ milliseconds }) => milliseconds);
  return {
    'render process': name,
    'p50 ms': quantile(times, 0.5).toFixed(1),
    'p99 ms': quantile(times, 0.99).toFixed(1),
    'longest ms': Math.max(...times).toFixed(1),
    'not 200': answers.filter(({ status }) => status !== 200).length,
    'hold p99.9, longest (processor ms)': `${loopState.holdP999.toFixed(1)}, ${loopState.longestHold.toFixed(1)}`,
    'heavy answers': loop === undefined ? '' : statuses(loop.statuses),
  };
}

function statuses(counts: ReadonlyMap<Timed['status'], number>): string {
  return [...counts]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ');
}

interface HeavyCall {
  readonly slug: string;
  readonly key: string;
  readonly body: string;
}

/** The heaviest known templates of every function, as prompts of one organization. */
async function publishHeavy(world: World, { teamId, key }: Tenant): Promise<HeavyCall[]> {
  const calls: HeavyCall[] = [];
  for (const { template, data } of heavyTemplates()) {
    const body = JSON.stringify({ variables: data });
    if (Buffer.byteLength(template) > MAX_TEMPLATE_BYTES || Buffer.byteLength(body) > MAX_BODY_BYTES)
      continue;
    const slug = `heavy-${calls.length}`;
    await world.publishPrompt(randomUUID(), slug, 1, template, teamId);
    calls.push({ slug, key, body });
  }
  return calls;
}
