/**
 * Live renders of long texts in which two variables stand, by the bare server, by the build before and by the present one, in turns. On a busy
 * machine the processor time counts.
 */
import { randomUUID } from 'node:crypto';
import { checkOut } from '../lib/build.ts';
import { CONNECTIONS, type MeasuredLoad, measuredLoad } from '../lib/measured-load.ts';
import { Program } from '../lib/program.ts';
import { spread } from '../lib/statistics.ts';
import { largeText, TWO_VARIABLES } from '../lib/texts.ts';
import { World } from '../lib/world.ts';

/** The last commit before long texts were kept as bytes. */
const BASELINE = 'c92cb97';

const BODY = '{"variables":{"name":"Ada","place":"London"}}';

/** By slug, the characters of its text; of the last, which comes when the processes are warm, the two variables are nearly all. */
const SIZES = { 'text-8k': 8_192, 'text-100k': 102_400, short: TWO_VARIABLES.length };

export async function large({ rounds = 10, seconds = 1 } = {}) {
  const world = await World.create(0);
  for (const [slug, size] of Object.entries(SIZES))
    await world.publishPrompt(randomUUID(), slug, 1, largeText(size));
  const { render: before } = await world.startRender({}, [], checkOut(BASELINE));
  const { render: present } = await world.startRender();
  const bare = await Program.start('bench/render/bare-server.ts', {
    PX0_BENCH_TEXTS: JSON.stringify(SIZES),
  });
  const servers = { bare, before, present };
  try {
    const rows = [];
    const summary = [];
    for (const slug of Object.keys(SIZES)) {
      const runs: Record<keyof typeof servers, MeasuredLoad>[] = [];
      const runOn = (program: Program) => measuredLoad(program, world.key, seconds, { slug, body: BODY });
      // The first round warms up.
      for (let round = 0; round <= rounds; round += 1) {
        const order = round % 2 === 0 ? ([0, 1, 2] as const) : ([2, 1, 0] as const);
        const run = new Map<number, MeasuredLoad>();
        for (const turn of order) run.set(turn, await runOn([bare, before, present][turn] ?? bare));
        const [ofBare, ofBefore, ofPresent] = [run.get(0), run.get(1), run.get(2)];
        if (round > 0 && ofBare && ofBefore && ofPresent)
          runs.push({ bare: ofBare, before: ofBefore, present: ofPresent });
      }
      for (const server of ['bare', 'before', 'present'] as const)
        rows.push({
          text: slug,
          server,
          'renders/s': spread(
            runs.map((run) => run[server].perSecond),
            0,
          ),
          'CPU µs/render': spread(
            runs.map((run) => run[server].cpuMicroseconds),
            1,
          ),
        });
      const times = (side: 'bare' | 'before') => {
        const cpu = runs.map((run) => run[side].cpuMicroseconds / run.present.cpuMicroseconds);
        const rate = runs.map((run) => run.present.perSecond / run[side].perSecond);
        return `${spread(cpu)} of ${side} by processor time, ${spread(rate)} by renders`;
      };
      summary.push(`${slug}: ${times('bare')}; ${times('before')}`);
    }
    return {
      title: `Live renders by length of the text, one process, ${CONNECTIONS} connections, ${rounds} rounds of ${seconds} s`,
      rows,
      summary: summary.join('\n'),
    };
  } finally {
    for (const server of Object.values(servers)) await server.stop();
    await world.close();
  }
}
