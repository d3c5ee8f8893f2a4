import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { claimPort } from './port-claims.ts';

const run = promisify(execFile);
const ports = new URL('./ports.ts', import.meta.url).href;

it('processes that choose ports at the same time choose different ones', async () => {
  const choose = `
    import { freePort } from ${JSON.stringify(ports)};
    const chosen = [];
    for (let count = 0; count < 300; count += 1) chosen.push(await freePort());
    console.log(JSON.stringify(chosen));
    // Lives until its input ends, as long as all others choose.
    process.stdin.resume();`;
  const children = Array.from({ length: 3 }, () =>
    run(process.execPath, ['--input-type=module', '--eval', choose]),
  );
  const outputs = await Promise.all(
    children.map(
      ({ child }) =>
        new Promise<string>((resolve, reject) => {
          child.stdout?.once('data', (text: string) => resolve(text));
          child.once('error', reject);
        }),
    ),
  );
  for (const { child } of children) child.stdin?.end();
  await Promise.all(children);
  const chosen = outputs.flatMap((text): number[] => JSON.parse(text));
  expect(chosen).toHaveLength(900);
  expect(new Set(chosen).size).toBe(900);
}, 60_000);

it('the port of a process that has ended can be taken again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'px0-port-claims-'));
  try {
    const { pid: ended } = spawnSync(process.execPath, ['--version']);
    await writeFile(join(folder, '20000'), String(ended));
    await claimPort(20_000, folder);
    expect(await claimPort(20_000, folder)).toBe(true);
    expect(await claimPort(20_000, folder)).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
