import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { codeBlocksOf } from '@px0/docs';
import { freePort, processState, type RunFile, repositoryRoot } from '@px0/local-platform';
import { Api, Story } from '@px0/local-platform/story';
import { eventually, execute, ownNats, ownPostgres, PlayedRedis, temporaryFolder } from '@px0/testing';
import { afterEach, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const fromScratch = process.env['PX0_LONG_TESTS'] === '1';

const started: ChildProcess[] = [];
const folders: string[] = [];

/** As a person's shell has it: without what vitest and npm have put there, so `node` is the machine's own. */
function personsEnvironment(): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|VITEST|PX0_|INIT_CWD)/i.test(name),
  );
  const path = (process.env['PATH'] ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(env), PATH: path.join(':') };
}

class NpmStart {
  readonly home: string;
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  output = '';

  constructor(home: string, port: number, folder = repositoryRoot, more: NodeJS.ProcessEnv = {}) {
    this.home = home;
    this.child = spawn('npm', ['start'], {
      cwd: folder,
      // Pages are another test's; without a folder of one's own each start would build them.
      env: { ...personsEnvironment(), PX0_HOME: home, PX0_PORT: String(port), DOCS_DIRECTORY: home, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(this.child);
    this.child.stdout?.on('data', (chunk) => this.#add(chunk));
    this.child.stderr?.on('data', (chunk) => this.#add(chunk));
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
  }

  async ready(timeoutMs = 120_000): Promise<void> {
    await eventually(() => this.output.includes('px0 is ready') || this.child.exitCode !== null, {
      timeoutMs,
    });
    expect(this.output).toContain('px0 is ready');
  }

  async runFile(): Promise<RunFile> {
    return JSON.parse(await readFile(join(this.home, 'run.json'), 'utf8'));
  }

  async pids(): Promise<number[]> {
    const { services, servers } = await this.runFile();
    return [...Object.values(services).flat(), servers.postgres, servers.nats].flatMap(
      ({ pid }) => pid ?? [],
    );
  }

  #add(chunk: unknown): void {
    this.output += String(chunk);
  }
}

async function newHome(): Promise<string> {
  const folder = await temporaryFolder('npm-start');
  folders.push(folder);
  return join(folder, 'home');
}

/** What the README's first renders answer and, below the last one, what it shows. */
async function firstRenders(port: number, key: string): Promise<{ answers: unknown[]; shown: unknown }> {
  const readme = await readFile(join(repositoryRoot, 'README.md'), 'utf8');
  const section = readme.slice(readme.indexOf('## A first render'), readme.indexOf('## How it is built'));
  const blocks = codeBlocksOf(section);
  const answers: unknown[] = [];
  for (const { text } of blocks.filter(({ text }) => text.includes('curl '))) {
    const command = text
      .replace('ak_...', key)
      .replaceAll('http://localhost:8000', `http://localhost:${port}`);
    const env = { ...personsEnvironment(), PX0_ACCESS_TOKEN: key };
    answers.push(JSON.parse((await run('sh', ['-c', command], { env })).stdout));
  }
  return {
    answers,
    shown: JSON.parse(blocks.find(({ language }) => language === 'json')?.text ?? ''),
  };
}

async function allGone(pids: readonly number[]): Promise<boolean> {
  const states = await Promise.all(pids.map(processState));
  return states.every((state) => state === undefined || state === 'Z');
}

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('npm start', () => {
  it("ends with lines that work when pasted, as do the README's; SIGTERM stops everything; a second start keeps the data", async () => {
    const home = await newHome();
    const port = await freePort();
    const first = new NpmStart(home, port);
    await first.ready();
    const linesOf = (command: string) =>
      first.output.split('\n').filter((text) => text.startsWith(`  ${command} `));
    const [exported = ''] = linesOf('export');
    const pasted = async (line: string) =>
      (await run('sh', ['-c', `${exported}\n${line}`], { env: personsEnvironment(), cwd: repositoryRoot }))
        .stdout;
    const lines = linesOf('curl');
    const answers = () => Promise.all(lines.map((line) => pasted(`${line} --silent --fail`)));
    const before = await answers();
    expect(before).toEqual([
      expect.stringContaining('Hello, Ada!'),
      expect.stringContaining('{"role":"user","content":"Why is the sky blue?"}'),
    ]);
    const commands = linesOf('npx');
    expect(await Promise.all(commands.map(pasted))).toEqual([
      expect.stringMatching(/^SLUG .*\ngreeting .*\ntutor /),
      expect.stringContaining('Hello, Ada!'),
    ]);

    const key = /ak_[0-9a-f]+/.exec(first.output)?.[0] ?? '';
    const { answers: readme, shown } = await firstRenders(port, key);
    expect(readme).toEqual([expect.objectContaining({ rendered: expect.stringContaining('Ada') }), shown]);

    const pids = await first.pids();
    expect(pids).toHaveLength(7);
    first.child.kill('SIGTERM');
    await first.exited;
    await eventually(() => allGone(pids), { what: 'the end of all processes' });
    await expect(first.runFile()).rejects.toThrow('ENOENT');

    await eventually(async () => (await readdir(home)).includes('launcher.json') === false, {
      what: 'the end',
    });
    const second = new NpmStart(home, port);
    await second.ready();
    for (const line of [exported, ...lines]) expect(second.output).toContain(line);
    expect(await answers()).toEqual(before);
  }, 360_000);

  it('starts a service that crashed again, and says so', async () => {
    const start = new NpmStart(await newHome(), await freePort());
    await start.ready();
    const [identity] = (await start.runFile()).services.identity;
    process.kill(identity?.pid ?? 0, 'SIGKILL');
    await eventually(() => start.output.includes('identity ended (signal SIGKILL); restarting it'));
    await eventually(async () => {
      const [now] = (await start.runFile()).services.identity;
      return now?.pid && now.pid !== identity?.pid && (await fetch(`${now.url}/readyz`)).ok;
    });
    const pids = await start.pids();
    start.child.kill('SIGTERM');
    await start.exited;
    await eventually(() => allGone(pids), { what: 'the end of all processes' });
  }, 360_000);

  it('leaves no orphan when npm and the launcher are killed', async () => {
    const start = new NpmStart(await newHome(), await freePort());
    await start.ready();
    const pids = await start.pids();
    start.child.kill('SIGKILL');
    await eventually(() => allGone(pids), { timeoutMs: 60_000, what: 'the end of all processes' });
  }, 360_000);

  it('asks before it deletes, and without a terminal deletes only with --yes', async () => {
    const home = await newHome();
    const env = { ...personsEnvironment(), PX0_HOME: home };
    await cp(join(repositoryRoot, 'examples'), join(home, 'nats'), { recursive: true });
    const options = { cwd: repositoryRoot, env };
    await expect(run('npm', ['run', 'reset'], options)).rejects.toThrow(
      /Without a terminal to ask for confirmation, run "npm run reset -- --yes"/,
    );
    await run('npm', ['run', 'reset', '--', '--yes'], options);
    await expect(readFile(join(home, 'nats', 'quickstart.sh'))).rejects.toThrow('ENOENT');
  }, 120_000);
});

describe('npm start with servers of one’s own', () => {
  it('keeps tables, streams and counts in them, and starts none itself', async () => {
    const [postgres, nats, redis] = await Promise.all([ownPostgres(), ownNats(), PlayedRedis.start()]);
    try {
      const home = await newHome();
      const port = await freePort();
      const start = new NpmStart(home, port, repositoryRoot, {
        DATABASE_URL: postgres.url,
        NATS_URL: nats.url,
        REDIS_URL: redis.url,
      });
      await start.ready();
      expect((await start.runFile()).servers).toEqual({
        postgres: { url: postgres.url, pid: null },
        nats: { url: nats.url, pid: null, store: null },
      });
      expect(await start.pids()).toHaveLength(5);
      expect(await readdir(home)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/postgres|nats/)]),
      );
      expect(start.output).not.toContain('starting Postgres');

      expect(await new Story(new Api(`http://127.0.0.1:${port}`)).chain()).toBe('Hello, Ada!');
      expect(await tablesOf(postgres.url)).toEqual({ identity: 1, registry: 1, tenancy: 1 });
      expect(await streamsOf(nats.url)).toEqual(['PX0_ACTIVITY', 'PX0_BODY', 'PX0_STATE', 'PX0_USAGE']);
      expect([...redis.counts.keys()]).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^px0:identity:register/),
          expect.stringMatching(/^px0:limit:/),
        ]),
      );
      start.child.kill('SIGTERM');
      await start.exited;
    } finally {
      await Promise.all([postgres.close(), nats.close(), redis.close()]);
    }
  }, 360_000);
});

/** How many accounts, prompts and organizations there are, so that the tables are known to be used. */
async function tablesOf(url: string): Promise<unknown> {
  const [counts] = await execute(
    url,
    `select (select count(*)::int from identity.users) as identity,
            (select count(*)::int from registry.prompts) as registry,
            (select count(*)::int from tenancy.organizations) as tenancy`,
  );
  return counts;
}

async function streamsOf(url: string): Promise<readonly string[]> {
  const connection = await connect({ servers: url });
  const manager = await jetstreamManager(connection);
  const names: string[] = [];
  for await (const name of manager.streams.names()) names.push(name);
  await connection.close();
  return names.toSorted();
}

describe.runIf(fromScratch)('a fresh clone', () => {
  it('starts with one command: it installs, generates, starts, and its quickstart prints the greeting and a conversation', async () => {
    const folder = join(await temporaryFolder('clone'), 'px0');
    folders.push(dirname(folder));
    const listed = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: repositoryRoot,
    });
    for (const file of listed.stdout.split('\0').filter((name) => name !== '')) {
      await cp(join(repositoryRoot, file), join(folder, file)).catch(() => undefined);
    }
    const port = await freePort();
    const start = new NpmStart(join(folder, '.px0'), port, folder);
    await start.ready(600_000);
    const env = { ...personsEnvironment(), PX0_HOST: `http://localhost:${port}` };
    const { stdout } = await run('sh', [join(folder, 'examples', 'quickstart.sh')], { env });
    expect(stdout).toMatch(/^Hello, Ada! This text lives in px0\.\n\[.*\]\n$/);
  }, 900_000);
});
