/** Turns the generator's output into what is committed: only the sources, finished and formatted. */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { runGenerator } from './openapi-generator.ts';
import { root, type Target, targets } from './targets.ts';

/** Generates every client anew, into the folders of the targets below `base`. */
export async function generateAll(base: string = root): Promise<void> {
  const output = await mkdtemp(join(tmpdir(), 'px0-sdk-'));
  try {
    await runGenerator(targets, output);
    for (const target of targets) await take(target, join(output, target.language, target.taken), base);
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

async function take(target: Target, from: string, base: string): Promise<void> {
  const to = join(base, target.folder);
  // All is read before anything is removed: a finish that refuses what a newer generator writes leaves the committed client alone.
  const finished = await Promise.all(
    globSync(`**/*${target.ending}`, { cwd: from }).map(async (name) => {
      const text = await readFile(join(from, name), 'utf8');
      return { name, text: target.finish(name, text).trimEnd().concat('\n') };
    }),
  );
  await rm(to, { recursive: true, force: true });
  for (const { name, text } of finished) {
    await mkdir(dirname(join(to, name)), { recursive: true });
    await writeFile(join(to, name), text);
  }
  if (target.format === undefined) return;
  const [program, ...args] = target.format;
  await promisify(execFile)(program, [...args, to]);
}
