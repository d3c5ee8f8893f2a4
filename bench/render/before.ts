/** Live renders of one process in the present tree and in an older commit, in alternating runs. On a busy machine the processor time counts. */
import { checkOut } from '../lib/build.ts';
import { CONNECTIONS, type MeasuredLoad, measuredLoad } from '../lib/measured-load.ts';
import { median, spread } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';

/** The last commit before heavy renders ran in worker threads. */
const BASELINE = 'ce25d8e';

export async function before({ pairs = 12, seconds = 3 } = {}) {
  const world = await World.create(1);
  const { render: old } = await world.startRender({}, [], checkOut(BASELINE));
  const { render: present } = await world.startRender();
  const runOn = (program: typeof old) => measuredLoad(program, world.key, seconds);
  try {
    await runOn(old);
    await runOn(present);
    const runs: { old: MeasuredLoad; present: MeasuredLoad }[] = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      // Each goes first in half of the pairs.
      if (pair % 2 === 0) runs.push({ old: await runOn(old), present: await runOn(present) });
      else {
        const first = await runOn(present);
        runs.push({ old: await runOn(old), present: first });
      }
    }
    const row = (build: string, of: readonly MeasuredLoad[]) => ({
      build,
      'renders/s': spread(
        of.map((run) => run.perSecond),
        0,
      ),
      'p50 ms': median(of.map((run) => run.p50)).toFixed(2),
      'p99 ms': median(of.map((run) => run.p99)).toFixed(2),
      'CPU µs/render': spread(
        of.map((run) => run.cpuMicroseconds),
        1,
      ),
    });
    const ratios = (read: (run: MeasuredLoad) => number) =>
      spread(runs.map((run) => read(run.present) / read(run.old)));
    return {
      title: `Live render, two variables, one process, ${CONNECTIONS} connections, ${pairs} alternating pairs`,
      rows: [
        row(
          BASELINE,
          runs.map((run) => run.old),
        ),
        row(
          'present',
          runs.map((run) => run.present),
        ),
      ],
      summary: `present to ${BASELINE}: ${ratios((run) => run.perSecond)} of the renders, ${ratios((run) => run.cpuMicroseconds)} of the processor time for one`,
    };
  } finally {
    await old.stop();
    await present.stop();
    await world.close();
  }
}
