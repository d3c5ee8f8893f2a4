import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type CodeBlock, codeBlocksOf, readGuides } from '@px0/docs';
import { freePort, repositoryRoot, systemProgram } from '@px0/local-platform';
import { eventually, temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { pythonSdk, whyNoGo } from '../sdk/programs.ts';
import { isShown, Shell } from './shell.ts';

/** In reading order: a page may use what the pages before it have made. */
const pages = [
  'get-started/run-locally.md',
  'get-started/get-access-key.md',
  'get-started/create-prompt.md',
  'template-syntax.md',
  'concepts/chat-prompts.md',
  'concepts/model-configuration.md',
  'concepts/input-contracts.md',
  'concepts/errors-and-hints.md',
  'concepts/folders-and-notes.md',
  'guides/protect-production.md',
  'concepts/revisions.md',
  'concepts/failures.md',
  'get-started/setup-telemetry.md',
  'sdk/typescript.md',
  'sdk/python.md',
  'sdk/go.md',
  'sdk/in-your-process.md',
  'cli.md',
  'guides/test-a-prompt.md',
  'guides/review-before-live.md',
  'guides/ci.md',
  'operations/air-gap.md',
  'operations/backup-and-restore.md',
  'operations/key-rotation.md',
  'operations/security.md',
  // Its relay still runs when px0 is stopped, so nothing behind it may take its key away.
  'operations/relay.md',
];

/** Blocks that need a part of the repository which a checkout may lack. */
const needs: Readonly<Record<string, string>> = {
  run: 'packages/docs',
  'run: sdk': 'packages/sdk-typescript',
  'run: python': 'packages/sdk-python',
  'run: go': 'packages/sdk-go',
  'run: cli': 'packages/cli',
};

interface Step {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly command: string;
  /** What the page shows below the command. */
  readonly shown: string | undefined;
}

const guides = new Map(readGuides().map((page) => [page.path, codeBlocksOf(page.markdown)]));

function stepsOf(...markers: readonly string[]): Step[] {
  return pages.flatMap((page) =>
    (guides.get(page) ?? []).flatMap((block, index, blocks) =>
      markers.includes(block.marker) ? [stepOf(page, block, blocks[index + 1])] : [],
    ),
  );
}

function stepsToRun(): Step[] {
  const present = Object.entries(needs).filter(([, folder]) => existsSync(join(repositoryRoot, folder)));
  return stepsOf(...present.map(([marker]) => marker));
}

function stepOf(page: string, block: CodeBlock, next: CodeBlock | undefined): Step {
  return {
    page,
    line: block.line,
    language: block.language,
    command: block.text,
    shown: next?.marker === 'output' ? next.text : undefined,
  };
}

/** As a person's shell has it: without what vitest and npm have put there. */
function personsEnvironment(): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|VITEST|PX0_|INIT_CWD)/i.test(name),
  );
  const path = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  // The command line, as if it had been installed.
  return {
    ...Object.fromEntries(env),
    PATH: [...path, join(repositoryRoot, 'node_modules', '.bin')].join(':'),
  };
}

let folder = '';
let platform: ChildProcess | undefined;
let shell: Shell;
let isOver = false;

async function stop(): Promise<void> {
  if (platform === undefined || platform.exitCode !== null || platform.signalCode !== null) return;
  const ended = new Promise((resolve) => platform?.once('exit', resolve));
  platform.kill('SIGTERM');
  await ended;
  // npm may be gone before what it started is.
  await eventually(() => !existsSync(join(folder, 'home', 'launcher.json')), {
    timeoutMs: 60_000,
    what: 'the end of the platform',
  });
}

beforeAll(async () => {
  await systemProgram({
    names: ['jq'],
    packages: { 'apt-get': 'jq', apk: 'jq', brew: 'jq' },
    byHand: 'the guides read JSON with it; install it (https://jqlang.org)',
  });
  folder = await temporaryFolder('guides');
  await mkdir(join(folder, 'reader'));
  const port = await freePort();
  const settings = {
    PX0_HOME: join(folder, 'home'),
    PX0_PORT: String(port),
    // The command line keeps its configuration there, which shall not be the tester's.
    XDG_CONFIG_HOME: join(folder, 'config'),
    // A minute of load proves no more than this.
    PX0_BENCH_SECONDS: '2',
    PX0_BENCH_RATE: '50',
  };
  const env = { ...personsEnvironment(), ...settings };
  const [start] = stepsOf('start');
  platform = spawn('bash', ['-c', `exec ${start?.command}`], { cwd: repositoryRoot, env });
  let output = '';
  for (const stream of [platform.stdout, platform.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  await eventually(() => output.includes('px0 is ready') || platform?.exitCode !== null, {
    timeoutMs: 120_000,
    what: 'the start of the platform',
  });
  expect(output).toContain('px0 is ready');
  shell = new Shell({
    origin: `http://localhost:${port}`,
    relayPort: await freePort(),
    repository: repositoryRoot,
    folder: join(folder, 'reader'),
    env,
  });
}, 180_000);

afterAll(async () => {
  // The page itself ends its relay, unless something failed before.
  if (!isOver) await shell?.run('[ -z "$PX0_RELAY_PID" ] || kill "$PX0_RELAY_PID"').catch(() => undefined);
  await stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}, 90_000);

/** What the block prints; skips the test, and says why, where its language is missing. */
async function outputOf({ language, command }: Step, { skip }: Pick<TestContext, 'skip'>): Promise<string> {
  switch (language) {
    case 'ts':
      return await shell.runTypeScript(command);
    case 'python': {
      const sdk = await pythonSdk();
      if (typeof sdk === 'string') return skip(`Python is missing: ${sdk}`);
      return await shell.runPython(command, sdk.lines.program);
    }
    case 'go': {
      const missing = await whyNoGo();
      return missing === undefined ? await shell.runGo(command) : skip(`Go is missing: ${missing}`);
    }
    default:
      return await shell.run(command);
  }
}

async function follow(step: Step, context: Pick<TestContext, 'skip'>): Promise<void> {
  const { shown } = step;
  const output = await outputOf(step, context);
  if (shown !== undefined) {
    if (!isShown(shown, output)) expect(output.trim()).toBe(shown.trim());
  } else {
    expect(output, 'an answer that is an error').not.toMatch(/"error":/);
  }
}

describe('a reader of the guides', () => {
  it.for(stepsToRun())('can run line $line of $page and sees what it shows', { timeout: 300_000 }, follow);

  it('finds the pages themselves on the platform', async () => {
    const page = await eventually(
      async () => {
        const response = await fetch(`${shell.origin}/docs/get-started/run-locally`);
        return response.ok ? await response.text() : undefined;
      },
      // On a fresh checkout they are being built in the background.
      { timeoutMs: 200_000, intervalMs: 500, what: 'the page' },
    );
    expect(page).toContain('<title>Run px0 locally');
  }, 240_000);

  it('can stop the platform and run what is meant for afterwards', async (context) => {
    await stop();
    for (const step of stepsOf('after')) await follow(step, context);
    isOver = true;
  }, 90_000);
});
