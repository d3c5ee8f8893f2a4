/** The start of a relay from its disk with everything else down: from the start of its process to its first answer. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from '../lib/program.ts';
import { machineTime } from './clock.ts';
import { figure, type Row } from './row.ts';
import { NOWHERE, writeStateFile } from './state-file.ts';

const MOST_SECONDS = 1;
/** With more prompts, reading the file takes longer than starting the process. */
const PROMISED = 1_000;
const KEY = 'a-key';

export async function relay({ sizes = [PROMISED, 10_000, 100_000], starts = 9 } = {}): Promise<Row[]> {
  const rows: Row[] = [];
  for (const prompts of sizes) {
    const folder = await mkdtemp(join(tmpdir(), 'px0-bench-relay-'));
    try {
      await writeStateFile(join(folder, 'state.ndjson'), prompts);
      const [values, cpu]: [number[], number[]] = [[], []];
      for (let turn = 0; turn <= starts; turn += 1) {
        const { seconds, cpuSeconds } = await firstAnswer(folder);
        // The first start reads its files from the disk.
        if (turn === 0) continue;
        values.push(seconds);
        cpu.push(cpuSeconds);
      }
      const measured = `from a relay's start to its first answer, ${prompts} prompts on its disk`;
      rows.push(
        figure({ measured, unit: 's', values, ...(prompts <= PROMISED && { atMost: MOST_SECONDS }) }),
        figure({ measured: `the same of ${prompts}, processor time`, unit: 's', values: cpu }),
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  }
  return rows;
}

async function firstAnswer(folder: string): Promise<{ seconds: number; cpuSeconds: number }> {
  const began = machineTime();
  const program = await Program.start('services/render/src/main.ts', {
    PX0_UPSTREAM: NOWHERE,
    PX0_UPSTREAM_KEY: KEY,
    RELAY_STATE_DIR: folder,
    // As images have it.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    DRAIN_DELAY_MS: '0',
  });
  try {
    const answer = await fetch(`${program.url}/v1/prompts/p0/render`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: '{"variables":{"name":"Ada","place":"London"}}',
    });
    const seconds = (machineTime() - began) / 1_000;
    if (answer.status !== 200) throw new Error(`the relay answered ${answer.status}: ${await answer.text()}`);
    return { seconds, cpuSeconds: program.cpuSeconds() };
  } finally {
    await program.stop();
  }
}
