/**
 * A command that plays seeds, one after the other on a platform that they share: `--seeds N --from S` plays S to S+N-1. Without `--from` it goes
 * on where the last call stopped. It ends with the first seed that breaks a promise, unless told to `--go-on`, and leaves that one's whole record and
 * the services' logs in `.px0/chaos`; with `--record` it leaves the record of every seed. SIGINT or SIGTERM ends it after the present seed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { TestPlatform } from '@px0/testing/servers';

/** What has come of a seed. */
export interface Played {
  readonly seed: number;
  readonly summary: string;
  /** Empty without a violation. */
  readonly report: string;
  readonly record: readonly string[];
}

export interface SeedsCommand<Platform extends TestPlatform> {
  /** Names its files. */
  readonly name: string;
  readonly start: () => Promise<Platform>;
  readonly play: (platform: Platform, seed: number) => Promise<Played>;
}

/** What is left by earlier runs is checked along with a run, and makes each new epoch longer: after so many it begins anew. */
const RUNS_OF_A_PLATFORM = 20;

const LOG_LINES = 20_000;
const kept = join(import.meta.dirname, '..', '..', '.px0', 'chaos');

export async function playSeeds<Platform extends TestPlatform>({
  name,
  start,
  play,
}: SeedsCommand<Platform>): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      from: { type: 'string' },
      'go-on': { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
    },
  });
  await mkdir(kept, { recursive: true });
  const nextFile = join(kept, `${name}-next`);
  const first = Number(values.from ?? (await readFile(nextFile, 'utf8').catch(() => '1')));
  const count = Number(values.seeds);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
    throw new Error('--seeds and --from are whole numbers');
  }
  const last = first + count - 1;
  let broken = 0;
  let done = 0;
  let isOver = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isOver = true;
    });
  }
  for (let from = first; from <= last && !isOver; from += RUNS_OF_A_PLATFORM) {
    const platform = await start();
    try {
      for (let seed = from; seed < Math.min(last + 1, from + RUNS_OF_A_PLATFORM) && !isOver; seed += 1) {
        const keepLogs = async () =>
          writeFile(join(kept, `${name}-${seed}-services.log`), await platform.logs(LOG_LINES));
        const { summary, report, record } = await play(platform, seed).catch(async (error: unknown) => {
          await keepLogs();
          throw error;
        });
        done += 1;
        process.stdout.write(`${summary}\n`);
        if (report !== '' || values.record) {
          await writeFile(join(kept, `${name}-${seed}-history.txt`), `${record.join('\n')}\n`);
        }
        if (report !== '') {
          broken += 1;
          process.stdout.write(`${report}\n`);
          await keepLogs();
          process.stdout.write(`history and logs of seed ${seed} are in ${kept}\n`);
          isOver ||= !values['go-on'];
          if (isOver) break;
        }
        await writeFile(nextFile, String(seed + 1));
      }
    } finally {
      await platform.stop();
    }
  }
  process.stdout.write(`${done} seeds, ${broken} with a violation\n`);
  process.exitCode = broken === 0 ? 0 : 1;
}
