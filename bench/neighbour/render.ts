/** A small prompt of one organization, beside another that renders the heaviest templates on two connections. */
import { randomUUID } from 'node:crypto';
import { paced } from '../lib/paced.ts';
import { type Tenant, World } from '../lib/world.ts';
import { HEAVY_CONNECTIONS, legalHeavyTemplates, measure, PER_SECOND, SECONDS } from './measure.ts';

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

interface HeavyCall {
  readonly slug: string;
  readonly key: string;
  readonly body: string;
}

/** The heaviest known templates of every function, as prompts of one organization. */
async function publishHeavy(world: World, { teamId, key }: Tenant): Promise<HeavyCall[]> {
  const calls: HeavyCall[] = [];
  for (const { template, data } of legalHeavyTemplates()) {
    const body = JSON.stringify({ variables: data });
    const slug = `heavy-${calls.length}`;
    await world.publishPrompt(randomUUID(), slug, 1, template, teamId);
    calls.push({ slug, key, body });
  }
  return calls;
}
