/** The code of an older commit in a folder of its own, ready to run next to the present tree. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../lib/program.ts';

/**
 * Checks a commit out below `.px0/`, with a copy of the present `node_modules` as hard links: npm's links to the workspaces are
 * relative, so each copy runs its own packages. The folder is kept for the next run. Returns its path.
 */
export function checkOut(commit: string): string {
  const hash = run('git', ['rev-parse', '--verify', `${commit}^{commit}`], ROOT);
  const folder = join(ROOT, '.px0', 'bench', hash);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  run('sh', ['-c', `git archive ${hash} | tar -x -C '${unfinished}'`], ROOT);
  for (const modules of ['node_modules', ...run('sh', ['-c', 'ls -d */*/node_modules'], ROOT).split('\n')]) {
    if (existsSync(join(unfinished, dirname(modules)))) {
      run('cp', ['-al', join(ROOT, modules), join(unfinished, modules)], ROOT);
    }
  }
  run('npm', ['run', '--silent', 'prepare:local'], unfinished);
  renameSync(unfinished, folder);
  return folder;
}

function run(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 }).trim();
}
