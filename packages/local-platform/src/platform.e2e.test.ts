import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { eventually, temporaryFolder } from '@px0/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Home } from './home.ts';
import { loadLauncherConfig, ownServersOf } from './launcher-config.ts';
import { freePort, processState, type RunFile, startPlatform } from './mod.ts';

// Each starts a Postgres and a NATS, some twice.
vi.setConfig({ testTimeout: 240_000 });

const stubs = join(import.meta.dirname, '..', 'test', 'stub-services');
const launcher = join(import.meta.dirname, '..', 'test', 'launch.ts');
const homes: string[] = [];
const launchers: ChildProcess[] = [];

async function newHome(): Promise<string> {
  const folder = await temporaryFolder('platform');
  homes.push(folder);
  return join(folder, 'home');
}

/** Starts the platform in its own launcher; resolves when the launcher reports that it is up. */
async function launch(
  home: string,
  env: NodeJS.ProcessEnv = {},
): Promise<{ child: ChildProcess; output(): string }> {
  const child = spawn(process.execPath, [launcher, home, String(await freePort())], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  launchers.push(child);
  let output = '';
  child.stdout?.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    output += String(chunk);
  });
  await eventually(() => output.includes('up\n') || child.exitCode !== null, {
    timeoutMs: 110_000,
    what: 'the start',
  });
  return { child, output: () => output };
}

async function runFile(home: string): Promise<RunFile> {
  return JSON.parse(await readFile(join(home, 'run.json'), 'utf8'));
}

function pidsOf({ services, servers }: RunFile): number[] {
  const all = [...Object.values(services).flat(), servers.postgres, servers.nats];
  return all.flatMap(({ pid }) => pid ?? []);
}

async function allGone(pids: readonly number[]): Promise<boolean> {
  const states = await Promise.all(pids.map(processState));
  // In a container without an init process, the children of a killed launcher stay as zombies.
  return states.every((state) => state === undefined || state === 'Z');
}

async function alive(pid: number): Promise<boolean> {
  return !(await allGone([pid]));
}

afterEach(async () => {
  for (const child of launchers.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
  }
  for (const folder of homes.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe('a platform', () => {
  it('lists every process in run.json while it is up, and leaves neither a process nor run.json behind', async () => {
    const home = await newHome();
    const port = await freePort();
    const replicas = { gateway: 1, identity: 1, tenancy: 1, 'prompt-registry': 1, render: 2 };
    const platform = await startPlatform({ home, port, replicas, env: process.env, servicesFolder: stubs });
    const run = await runFile(home);
    expect(run).toEqual({
      services: {
        gateway: [{ url: `http://127.0.0.1:${port}`, pid: expect.any(Number) }],
        identity: [{ url: expect.any(String), pid: expect.any(Number) }],
        tenancy: [{ url: expect.any(String), pid: expect.any(Number) }],
        'prompt-registry': [{ url: expect.any(String), pid: expect.any(Number) }],
        render: [
          { url: expect.any(String), pid: expect.any(Number) },
          { url: expect.any(String), pid: expect.any(Number) },
        ],
      },
      servers: {
        postgres: { url: expect.stringMatching(/^postgresql:/), pid: expect.any(Number) },
        nats: { url: expect.stringMatching(/^nats:/), pid: expect.any(Number), store: join(home, 'nats') },
      },
    });
    expect((await stat(join(home, 'run.json'))).mode & 0o777).toBe(0o600);
    await platform.stop();
    expect(await allGone(pidsOf(run))).toBe(true);
    await expect(runFile(home)).rejects.toThrow('ENOENT');
  });

  it('restarts a service or server that was killed, reports it, and updates run.json', async () => {
    const home = await newHome();
    const { output } = await launch(home);
    const before = await runFile(home);
    for (const pid of [before.services.render[0]?.pid, before.servers.nats.pid]) {
      if (pid) process.kill(pid, 'SIGKILL');
    }
    const restarted = async () => {
      const now = await runFile(home);
      const render = now.services.render[0];
      expect(now.servers.nats.url).toBe(before.servers.nats.url);
      expect(now.servers.nats.pid).not.toBe(before.servers.nats.pid);
      expect(render?.pid).not.toBe(before.services.render[0]?.pid);
      return render?.pid && now.servers.nats.pid && (await fetch(`${render.url}/readyz`)).ok;
    };
    await eventually(restarted, { what: 'both', timeoutMs: 60_000 });
    await expect.poll(output).toContain('render ended (signal SIGKILL); restarting it in 0.25 s');
    await expect.poll(output).toContain('NATS ended (signal SIGKILL); restarting it in 0.25 s');
  });

  it('leaves no orphan when the launcher itself is killed', async () => {
    const home = await newHome();
    const { child } = await launch(home);
    const pids = pidsOf(await runFile(home));
    child.kill('SIGKILL');
    await eventually(() => allGone(pids), { timeoutMs: 60_000, what: 'the end of all processes' });
  });

  it('can start immediately after the launcher was killed, on the same data', async () => {
    const home = await newHome();
    const first = await launch(home);
    const pids = pidsOf(await runFile(home));
    first.child.kill('SIGKILL');
    const second = await launch(home);
    expect(second.output()).toContain('up\n');
    expect(await allGone(pids)).toBe(true);
  });

  it('refuses a folder that another launcher uses', async () => {
    const home = await newHome();
    const { child } = await launch(home);
    const second = startPlatform({ home, port: await freePort(), servicesFolder: stubs });
    await expect(second).rejects.toThrow(
      `px0 is already running on ${home} (process ${child.pid}); stop it first, or set PX0_HOME to another folder.`,
    );
    expect(await alive(child.pid ?? 0)).toBe(true);
    await expect(new Home(home).wipe()).rejects.toThrow('px0 is already running');
  });

  it('says in one sentence that the port is in use', async () => {
    const home = await newHome();
    const listener = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => listener.listen(port, '127.0.0.1', resolve));
    await expect(startPlatform({ home, port, servicesFolder: stubs })).rejects.toThrow(
      `Port ${port} is in use; stop the program that listens on it, or set PX0_PORT to another port.`,
    );
    listener.close();
  });

  it('says in one sentence that the folder cannot be written', async () => {
    const home = await newHome();
    await writeFile(home, 'a file where the folder belongs');
    await expect(startPlatform({ home, port: await freePort(), servicesFolder: stubs })).rejects.toThrow(
      /^px0 cannot write to .*; set PX0_HOME to a writable folder\.$/,
    );
  });

  it('passes on the message of a service that cannot start, and leaves nothing running', async () => {
    const home = await newHome();
    const { child, output } = await launch(home, { STUB_FAILS_AS: 'tenancy' });
    await eventually(() => child.exitCode !== null);
    // What a process has written may arrive after its end.
    await expect.poll(output).toContain('tenancy could not start: px0 stub: STUB_FAILS_AS must not be set.');
    await expect(runFile(home)).rejects.toThrow('ENOENT');
  });
});

describe('a server of one’s own', () => {
  const urls = {
    DATABASE_URL: 'postgresql://px0@db.example:5432/px0',
    NATS_URL: 'nats://one.example:4222,nats://two.example:4222',
    REDIS_URL: 'redis://redis.example:6379',
  };

  const givenUrls = z.record(z.string(), z.string());

  /** Which servers the platform brings with this environment, and what a service of it is given. */
  async function servers(env: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    const home = await newHome();
    const own = ownServersOf(loadLauncherConfig(env));
    const platform = await startPlatform({
      home,
      port: await freePort(),
      servicesFolder: stubs,
      ...own,
    });
    try {
      const run = await runFile(home);
      const given = givenUrls.parse(await (await fetch(run.services.identity[0]?.url ?? '')).json());
      const folders = await readdir(home);
      return {
        brings: ['postgres', 'nats'].filter((name) => folders.includes(name)),
        runs: [run.servers.postgres.pid, run.servers.nats.pid].filter((pid) => pid !== null).length,
        given: Object.fromEntries(Object.entries(given).filter(([, url]) => url.includes('.example:'))),
      };
    } finally {
      await platform.stop();
    }
  }

  it('in DATABASE_URL, NATS_URL or REDIS_URL is what the services get, and the platform starts none in its place', async () => {
    const { DATABASE_URL, NATS_URL, REDIS_URL } = urls;
    expect(await servers({ DATABASE_URL })).toEqual({ brings: ['nats'], runs: 1, given: { DATABASE_URL } });
    expect(await servers({ NATS_URL })).toEqual({ brings: ['postgres'], runs: 1, given: { NATS_URL } });
    expect(await servers({ REDIS_URL })).toEqual({
      brings: ['postgres', 'nats'],
      runs: 2,
      given: { REDIS_URL },
    });
    expect(await servers(urls)).toEqual({ brings: [], runs: 0, given: urls });
  });
});

describe('a home', () => {
  it('is wiped of what px0 put there and of nothing else', async () => {
    const home = await newHome();
    const platform = await startPlatform({
      home,
      port: await freePort(),
      env: process.env,
      servicesFolder: stubs,
    });
    await platform.stop();
    await mkdir(join(home, 'photos'));
    await new Home(home).wipe();
    await expect(stat(join(home, 'postgres'))).rejects.toThrow('ENOENT');
    await expect(stat(join(home, 'nats'))).rejects.toThrow('ENOENT');
    expect((await stat(join(home, 'photos'))).isDirectory()).toBe(true);
  });
});
