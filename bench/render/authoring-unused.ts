/** What texts pay for chats and configurations that they do not use: throughput, and memory of a prompt, against the build before those. */
import { checkOut } from '../lib/build.ts';
import { ROOT } from '../lib/program.ts';
import { spread } from '../lib/statistics.ts';
import { World } from '../lib/world.ts';
import { againstCommit } from './before.ts';

/** The last commit before a version could be a chat. */
const BASELINE = 'ec250d5b';
const FOLDERS = { [BASELINE]: () => checkOut(BASELINE), present: () => ROOT };

export async function authoringUnused({ pairs = 16, seconds = 3, prompts = 50_000, starts = 3 } = {}) {
  const { method, rows, summary } = await againstCommit(BASELINE, { pairs, seconds });
  const [empty, full] = [await liveBytes(1, starts), await liveBytes(prompts, starts)];
  const perPrompt = (build: keyof typeof FOLDERS) =>
    (full[build] ?? []).map(
      (bytes, start) => (bytes - (empty[build]?.[start] ?? Number.NaN)) / (prompts - 1),
    );
  const [old, present] = [perPrompt(BASELINE), perPrompt('present')];
  return {
    title: `Live render of a text, two variables, ${method}; live bytes of a prompt among ${prompts}, ${starts} starts of each`,
    rows: rows.map((row, index) => ({ ...row, 'bytes/prompt': spread(index === 0 ? old : present, 0) })),
    summary: `${summary}, ${spread(
      present.map((bytes, start) => bytes / (old[start] ?? Number.NaN)),
      3,
    )} of the memory of a prompt`,
  };
}

/** The heap of newly started processes after a collection, for each build by turns. */
async function liveBytes(prompts: number, starts: number): Promise<Record<string, number[]>> {
  const world = await World.create(prompts);
  const bytes: Record<string, number[]> = {};
  try {
    for (let start = 0; start < starts; start += 1) {
      for (const [build, folder] of Object.entries(FOLDERS)) {
        const { render } = await world.startRender({ PX0_BENCH_LIVE: '1' }, [], folder());
        try {
          bytes[build] = [...(bytes[build] ?? []), (await render.eventLoop()).liveBytes];
        } finally {
          await render.stop();
        }
      }
    }
    return bytes;
  } finally {
    await world.close();
  }
}
