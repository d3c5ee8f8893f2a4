/** Makes the vector files anew with Go. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChatVector, type ProgramVector, remakeChats, remakePrograms } from './chat-vectors.ts';
import { buildOracle } from './go-oracle.ts';

export const VECTORS = join(import.meta.dirname, '../test/vectors');

/** Their templates and data are input; only the results are made. */
const EXECUTED = ['templates-authored.json', 'templates-random.json'];
const OPTIONS = 'templates-options.json';
const CASE = 'case.json';
const PROGRAMS = 'programs.json';
const CHATS = 'chats.json';

/** Each file's new text by its name, or why there are none. */
export function remakeVectors(): { skipped: string } | { files: ReadonlyMap<string, string> } {
  const built = buildOracle();
  if ('skipped' in built) return built;
  using oracle = built;
  const folder = mkdtempSync(join(tmpdir(), 'px0-template-vectors-'));
  const path = (name: string): string => join(folder, name);
  try {
    for (const name of EXECUTED) cpSync(join(VECTORS, name), path(name));
    const made = run('go', ['./vectors', '-options', path(OPTIONS)]);
    if (made.stderr.includes('this Go has Unicode')) return { skipped: `skipped: ${made.stderr.trim()}` };
    check(made);
    check(run('go', ['./vectors', ...EXECUTED.map(path)]));
    writeFileSync(path(CASE), check(run('unicode', ['.', 'case'])).stdout);
    writeFileSync(path(PROGRAMS), remakePrograms(oracle.askChats, read<ProgramVector>(PROGRAMS)));
    writeFileSync(path(CHATS), remakeChats(oracle.askChats, read<ChatVector>(CHATS)));
    const names = [...EXECUTED, OPTIONS, CASE, PROGRAMS, CHATS];
    return { files: new Map(names.map((name) => [name, readFileSync(path(name), 'utf8')])) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read<Vector>(name: string): readonly Vector[] {
  const vectors: readonly Vector[] = JSON.parse(readFileSync(join(VECTORS, name), 'utf8'));
  return vectors;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(module: string, args: readonly string[]): Ended {
  const cwd = join(import.meta.dirname, module);
  return spawnSync('go', ['run', ...args], { cwd, encoding: 'utf8' });
}

function check(ended: Ended): Ended {
  if (ended.status !== 0) throw new Error(`the Go program failed: ${ended.stderr.slice(0, 2000)}`);
  return ended;
}
