/** Tells whether the committed clients match what the generator makes of the current description. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateAll } from './generate.ts';
import { presentStamp, readStamp, type Stamp } from './stamp.ts';

/** What is wrong, one sentence each, judged by the stamp: it takes no generator and no time. */
export function checkStamp(committed: Stamp = readStamp(), present: Stamp = presentStamp()): string[] {
  const stale =
    committed.source === present.source
      ? []
      : ['the generated API clients are stale: the API description or the generator has changed'];
  return [...stale, ...differing(committed, present).map((name) => `the ${name} client was edited by hand`)];
}

/** The same, by generating everything anew and comparing. Needs what `npm run sdk:generate` needs. */
export async function checkByGenerating(): Promise<string[]> {
  const base = await mkdtemp(join(tmpdir(), 'px0-sdk-check-'));
  try {
    await generateAll(base);
    return differing(presentStamp(), presentStamp(base)).map(
      (name) => `the ${name} client is not what the generator makes of the API description`,
    );
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

function differing(left: Stamp, right: Stamp): string[] {
  const languages = Object.keys({ ...left.clients, ...right.clients });
  return languages.filter((language) => left.clients[language] !== right.clients[language]);
}
