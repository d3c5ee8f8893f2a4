/** The container engines that `npm run images` and `npm run test:images` can use, and how each is found and called. */
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** In the order in which they are tried. buildah builds images and runs none. */
export const engines = ['docker', 'podman', 'buildah'] as const;
export type Engine = (typeof engines)[number];

/** What each answers only when it can work: docker's client is there on many machines that have no daemon. */
const questions: Readonly<Record<Engine, readonly string[]>> = {
  docker: ['version', '--format', '{{.Server.Version}}'],
  podman: ['info', '--format', '{{.Version.Version}}'],
  buildah: ['info'],
};

export type Answers = (program: string, args: readonly string[]) => Promise<boolean>;

/** One sentence for a person, without a stack. */
export class EngineError extends Error {}

/** The first of the candidates that answers. @throws EngineError */
export async function findEngine<E extends Engine>(
  candidates: readonly E[],
  wanted?: string,
  answers: Answers = answersHere,
): Promise<E> {
  const named = candidates.filter((one) => wanted === undefined || one === wanted);
  if (named.length === 0)
    throw new EngineError(`--engine is one of ${candidates.join(', ')}; "${wanted}" is not.`);
  for (const engine of named) if (await answers(engine, questions[engine])) return engine;
  throw new EngineError(
    named.length > 1
      ? `No container engine answers: install ${listOf(named)}, or start its daemon.`
      : `${named[0]} does not answer: install it, or start its daemon.`,
  );
}

export async function answersHere(program: string, args: readonly string[]): Promise<boolean> {
  return await run(program, [...args], { timeout: 60_000 }).then(
    () => true,
    () => false,
  );
}

/** Runs a command in this terminal. @throws EngineError when it fails */
export async function runHere(
  [program = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...environment } });
  const { code, signal } = await new Promise<{ code: number | null; signal: string | null }>(
    (resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exitCode, exitSignal) => resolve({ code: exitCode, signal: exitSignal }));
    },
  );
  if (code !== 0) throw new EngineError(`\`${[program, ...args].join(' ')}\` ended with ${code ?? signal}.`);
}

function listOf(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}
