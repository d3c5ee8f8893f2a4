/**
 * The stamp records, as hashes, what the committed clients were generated from and what came out. It reveals stale
 * and hand-edited clients without running the generator.
 */
import { createHash, type Hash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientDescription } from './client-description.ts';
import { root, type Target, targets } from './targets.ts';

const file = join(import.meta.dirname, '..', 'stamp.json');

export interface Stamp {
  /** The description, and everything in this package that shapes the code. */
  readonly source: string;
  /** The committed files of each language. */
  readonly clients: Readonly<Record<string, string>>;
}

export function readStamp(): Stamp {
  const stamp: Stamp = JSON.parse(readFileSync(file, 'utf8'));
  return stamp;
}

/** Says that the committed clients are those of the present description. */
export function writeStamp(): void {
  writeFileSync(file, `${JSON.stringify(presentStamp(), null, 2)}\n`);
}

/** The stamp that the present description and the files below `base` would get. */
export function presentStamp(base: string = root): Stamp {
  return {
    source: sourceHash(),
    clients: Object.fromEntries(targets.map((target) => [target.language, clientHash(target, base)])),
  };
}

function sourceHash(): string {
  const hash = createHash('sha256');
  for (const { description } of targets) hash.update(JSON.stringify(clientDescription(description)));
  const names = globSync('*.ts', { cwd: import.meta.dirname }).filter((name) => !name.endsWith('.test.ts'));
  addFiles(hash, import.meta.dirname, names);
  return hash.digest('hex');
}

function clientHash({ folder, ending }: Target, base: string): string {
  const hash = createHash('sha256');
  addFiles(hash, join(base, folder), globSync(`**/*${ending}`, { cwd: join(base, folder) }));
  return hash.digest('hex');
}

/** Each file's name and text, in an order that does not depend on the machine. */
function addFiles(hash: Hash, folder: string, names: readonly string[]): void {
  for (const name of names.toSorted()) {
    const text = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
    hash.update(`${name}\0${Buffer.byteLength(text)}\0${text}`);
  }
}
