/**
 * `npm run images [-- --engine E] [--only SERVICE] [-- ARGUMENTS OF THE ENGINE]` builds px0's images with docker, podman or buildah, whichever answers
 * first, as `px0-SERVICE:VERSION` and `px0-SERVICE:latest`. `npm run test:images [-- --engine E]` starts them by `docker-compose.yml`, runs
 * `examples/quickstart.sh` against them, and removes them again.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { buildImages, imageBuilds, type Release } from './build-images.ts';
import { Composition, isOk, runners } from './composition.ts';
import { EngineError, engines, findEngine } from './engines.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');

async function build(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { engine: { type: 'string' }, only: { type: 'string', multiple: true } },
  });
  const images = imageBuilds(values.only);
  const engine = await findEngine(engines, values.engine);
  await buildImages(engine, images, await release(), positionals);
}

async function test(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { engine: { type: 'string' } } });
  const composition = await Composition.of(await findEngine(runners, values.engine));
  // Nothing stays behind when a person gives up waiting.
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  try {
    await composition.start(interrupted.signal);
    await quickstart(composition.origin);
    for (const page of ['/', '/docs/', '/openapi.json'])
      if (!(await isOk(composition.origin + page))) throw new EngineError(`${page} is not served.`);
    process.stdout.write('px0: the images start, serve their pages and render\n');
  } catch (error) {
    await composition.showLogs();
    throw error;
  } finally {
    await composition.remove();
  }
}

async function quickstart(origin: string): Promise<void> {
  const script = join(root, 'examples', 'quickstart.sh');
  const { stdout } = await run(script, [], { env: { ...process.env, PX0_HOST: origin } });
  process.stdout.write(stdout);
  // One line for each of the two prompts; the script itself fails at an answer that is none.
  if (stdout.trim().split('\n').length !== 2)
    throw new EngineError('The quickstart did not render both prompts.');
}

async function release(): Promise<Release> {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const { version } = z.looseObject({ version: z.string() }).parse(manifest);
  // Sources that were unpacked from an archive have no history.
  const revision = await run('git', ['rev-parse', 'HEAD'], { cwd: root }).then(
    ({ stdout }) => stdout.trim(),
    () => 'unknown',
  );
  return { version, revision };
}

process.chdir(root);
const [command, ...args] = process.argv.slice(2);
try {
  if (command === 'build') await build(args);
  else if (command === 'test') await test(args);
  else throw new EngineError('usage: main.ts build|test [--engine docker|podman|buildah]');
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  process.stderr.write(`px0: ${error.message}\n`);
  process.exitCode = 1;
}
