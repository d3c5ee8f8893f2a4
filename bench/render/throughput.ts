// 1. Live renders a second of one process, against the bare server, in alternating runs.

import { type LoadResult, load } from '../lib/load.ts';
import { Program } from '../lib/program.ts';
import { median, spread } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';

const BODY = '{"variables":{"name":"Ada","place":"London"}}';
const CONNECTIONS = 32;

interface Run extends LoadResult {
  readonly cpuMicroseconds: number;
}

export async function throughput({ pairs = 10, seconds = 4 } = {}) {
  const world = await World.create(1);
  const { render } = await world.startRender();
  const bare = await Program.start('bench/render/bare-server.ts');
  const runOn = async (program: Program): Promise<Run> => {
    const before = program.cpuSeconds();
    const result = await load({
      url: `${program.url}/v1/prompts/greeting/render`,
      key: world.key,
      body: BODY,
      connections: CONNECTIONS,
      seconds,
    });
    if (result.failures > 0) throw new Error(`${result.failures} requests failed`);
    return {
      ...result,
      cpuMicroseconds: ((program.cpuSeconds() - before) * 1e6) / (result.perSecond * seconds),
    };
  };
  try {
    await runOn(bare);
    await runOn(render);
    const bareRuns: Run[] = [];
    const renderRuns: Run[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      bareRuns.push(await runOn(bare));
      renderRuns.push(await runOn(render));
    }
    const ratios = renderRuns.map((run, i) => run.perSecond / (bareRuns[i]?.perSecond ?? Number.NaN));
    const row = (name: string, runs: readonly Run[]) => ({
      server: name,
      'renders/s': spread(
        runs.map((run) => run.perSecond),
        0,
      ),
      'p50 ms': median(runs.map((run) => run.p50)).toFixed(2),
      'p99 ms': median(runs.map((run) => run.p99)).toFixed(2),
      'CPU µs/render': spread(
        runs.map((run) => run.cpuMicroseconds),
        1,
      ),
    });
    return {
      title: `Live render, two variables, one process, ${CONNECTIONS} connections, ${pairs} alternating pairs`,
      rows: [row('bare node:http', bareRuns), row('px0 render', renderRuns)],
      summary: `ratio to bare: ${spread(ratios)}`,
    };
  } finally {
    await render.stop();
    await bare.stop();
    await world.close();
  }
}
