/** 1. Live renders per second of one process, compared with the bare server in alternating runs. */
import { CONNECTIONS, type MeasuredLoad, measuredLoad } from '../lib/measured-load.ts';
import { Program } from '../lib/program.ts';
import { median, spread } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';

export async function throughput({ pairs = 10, seconds = 4 } = {}) {
  const world = await World.create(1);
  const { render } = await world.startRender();
  const bare = await Program.start('bench/render/bare-server.ts');
  const runOn = (program: Program) => measuredLoad(program, world.key, seconds);
  try {
    await runOn(bare);
    await runOn(render);
    const bareRuns: MeasuredLoad[] = [];
    const renderRuns: MeasuredLoad[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      bareRuns.push(await runOn(bare));
      renderRuns.push(await runOn(render));
    }
    const ratios = renderRuns.map((run, i) => run.perSecond / (bareRuns[i]?.perSecond ?? Number.NaN));
    const row = (name: string, runs: readonly MeasuredLoad[]) => ({
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
