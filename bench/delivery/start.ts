/** The start of a render process with many prompts to which nobody listens, against the build before delivery. */
import { checkOut } from '../lib/build.ts';
import { ROOT } from '../lib/program.ts';
import { World } from '../lib/world.ts';
import { comparison, type Row } from './row.ts';

/** The last commit before the render service delivered anything. */
const BASELINE = 'ddb03d97';
const MOST = 1.05;

export async function start({ prompts = 100_000, starts = 9 } = {}): Promise<Row[]> {
  const folders = { before: checkOut(BASELINE), present: ROOT };
  const world = await World.create(prompts);
  const seconds: Record<string, number[]> = {};
  const cpu: Record<string, number[]> = {};
  const memory: Record<string, number[]> = {};
  try {
    for (let turn = 0; turn <= starts; turn += 1) {
      for (const [build, folder] of Object.entries(folders).toSorted(() => Math.random() - 0.5)) {
        const started = await world.startRender({}, [], folder);
        // The first start of each reads its files from the disk.
        if (turn > 0) {
          seconds[build] = [...(seconds[build] ?? []), started.seconds];
          cpu[build] = [...(cpu[build] ?? []), started.render.cpuSeconds()];
          memory[build] = [...(memory[build] ?? []), started.render.memory() / 2 ** 20];
        }
        await started.render.stop();
      }
    }
    const against = (measured: string, unit: string, of: Record<string, number[]>, atMost?: number): Row =>
      comparison({
        measured,
        unit,
        px0: of['present'] ?? [],
        against: `build ${BASELINE}`,
        baseline: of['before'] ?? [],
        ...(atMost !== undefined && { atMost }),
      });
    return [
      against(`start to ready with ${prompts} prompts, processor time`, 's', cpu, MOST),
      against('the same by the clock', 's', seconds),
      against('resident memory once ready', 'MiB', memory),
    ];
  } finally {
    await world.close();
  }
}
