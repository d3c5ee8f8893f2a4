/** Asks Go itself what templates give. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FuzzCase } from './cases.ts';
import type { ChatOutcome } from './chat-outcomes.ts';
import type { AskChats } from './compare-chats.ts';
import type { AskSteps, CountedSteps } from './go-steps.ts';

export interface Outcome {
  readonly output?: string;
  readonly parseError?: string;
  readonly execError?: string;
}

/** The first release whose error texts are those that the package gives. */
const FIRST_MINOR = 25;

/** Why Go cannot be asked; nothing if it can. */
export function findGo(): string | undefined {
  const version = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (version.status !== 0) return 'skipped: no go in the path';
  const minor = Number(/go1\.(\d+)/.exec(version.stdout)?.[1] ?? 0);
  if (minor >= FIRST_MINOR) return undefined;
  return `skipped: go 1.${FIRST_MINOR} or later is needed, found ${version.stdout.trim()}`;
}

/** Its program is removed when it is disposed of. */
export interface Oracle extends Disposable {
  readonly ask: (cases: readonly FuzzCase[]) => Outcome[];
  readonly askSteps: AskSteps;
  readonly askChats: AskChats;
}

/** Why there is no oracle, or the oracle. */
export function buildOracle(): { skipped: string } | Oracle {
  const missing = findGo();
  if (missing !== undefined) return { skipped: missing };
  const folder = mkdtempSync(join(tmpdir(), 'px0-template-fuzz-'));
  const binary = join(folder, 'oracle');
  const build = spawnSync('go', ['build', '-o', binary, '.'], {
    cwd: join(import.meta.dirname, 'go'),
    encoding: 'utf8',
  });
  if (build.status !== 0) throw new Error(`the Go program does not build: ${build.stderr.trim()}`);
  return {
    ask: (cases) =>
      lines<Outcome>(binary, [], cases).map((outcome) => {
        const isError = outcome.parseError !== undefined || outcome.execError !== undefined;
        return isError ? outcome : { output: outcome.output ?? '' };
      }),
    askSteps: (cases) =>
      lines<CountedSteps>(binary, ['steps'], cases).map((counted) =>
        counted.outcome === 'output' ? { output: '', ...counted } : counted,
      ),
    askChats: (cases) => lines<ChatOutcome>(binary, ['chats'], cases),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function lines<Line>(binary: string, args: readonly string[], cases: readonly object[]): Line[] {
  const input = cases.map(json).join('\n');
  const result = spawnSync(binary, args, { input, encoding: 'utf8', maxBuffer: 1 << 30, timeout: 120_000 });
  if (result.status !== 0) throw new Error(`the Go program failed: ${result.stderr.slice(0, 2000)}`);
  return result.stdout
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line));
}

/** JSON with negative zeros, which `JSON.stringify` would lose. */
export function json(value: object): string {
  const marker = '\u0001negative zero';
  const text = JSON.stringify(value, (_key, part) => (Object.is(part, -0) ? marker : part));
  return text.replaceAll(JSON.stringify(marker), '-0');
}
