import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const module = JSON.stringify(join(import.meta.dirname, 'start-memory.ts'));

/** A process whose start has left some 60 MiB, and which then makes no garbage; it ends when they are given back, or after `looks` looks. */
async function heapAfter(before: string, looks: number): Promise<{ before: number; after: number }> {
  const program = `
    const { giveStartMemoryBack } = await import(${module});
    let left = Array.from({ length: 1_000 }, () => new Array(8_000).fill(0));
    const before = process.memoryUsage().heapTotal;
    left = undefined;
    ${before}
    giveStartMemoryBack(20);
    let looks = 0;
    const timer = setInterval(() => {
      const after = process.memoryUsage().heapTotal;
      looks += 1;
      if (after > before / 2 && looks < ${looks}) return;
      clearInterval(timer);
      console.log(JSON.stringify({ before, after }));
      process.exit();
    }, 20);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
  return JSON.parse(stdout);
}

it('a process at rest gives back what its start has left', async () => {
  const { before, after } = await heapAfter('', 2_000);
  expect(after).toBeLessThan(before / 2);
});

it('a process that is busy keeps it', async () => {
  const busy = `
    const work = () => { for (const end = performance.now() + 40; performance.now() < end; ); };
    setInterval(work, 1);`;
  const { before, after } = await heapAfter(busy, 20);
  expect(after).toBeGreaterThan(before / 2);
});
