import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const script = join(import.meta.dirname, 'fixtures/small-service.ts');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly listening: Promise<void>;
  readonly ended: Promise<Ended>;
  readonly child: ReturnType<typeof spawn>;
}

function watch(child: ReturnType<typeof spawn>): Started {
  let stdout = '';
  let stderr = '';
  const listening = Promise.withResolvers<void>();
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
    if (stdout.includes('"listening"')) listening.resolve();
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { listening: listening.promise, ended, child };
}

function start(env: Record<string, string> = {}, stdin: 'ignore' | 'pipe' = 'ignore'): Started {
  return watch(
    spawn(process.execPath, [script], { env: { ...process.env, ...env }, stdio: [stdin, 'pipe', 'pipe'] }),
  );
}

describe('a service process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('closes in order and exits with 0 on %s', async (signal) => {
    const { listening, ended, child } = start();
    await listening;
    child.kill(signal);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/second closer.*first closer.*"stopped"/s);
  });

  it('ends with one sentence and code 1 when its environment is wrong', async () => {
    const { code, stderr } = await start({ PORT: 'http' }).ended;
    expect([code, stderr]).toEqual([1, 'px0 small: PORT must be a whole number.\n']);
  });

  it('closes what it had opened when a later step of the start fails', async () => {
    const { code, stdout, stderr } = await start({ FAIL: 'start' }).ended;
    expect([code, stderr]).toEqual([1, 'px0 small: The start was told to fail.\n']);
    expect(stdout).toContain('first closer');
  });

  it('logs an error that nobody caught as fatal, closes, and exits with 1', async () => {
    const { code, stdout } = await start({ FAIL: 'later' }).ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/"level":"fatal".*nobody catches this.*first closer/s);
  });

  it('ends when its supervisor’s channel ends', async () => {
    const { listening, child } = watch(fork(script, { silent: true, execArgv: [] }));
    await listening;
    child.disconnect?.();
    // Not `close`: Node does not emit it for a child whose channel was ended from here.
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('ends when the stdin of a supervised process ends', async () => {
    const { listening, ended, child } = start({ PX0_SUPERVISED: '1' }, 'pipe');
    await listening;
    child.stdin?.end();
    expect((await ended).code).toBe(0);
  });
});

describe('telemetry', () => {
  it('loads nothing unless an exporter is configured', async () => {
    const telemetry = join(import.meta.dirname, '../src/telemetry.ts');
    const loaded = (env: Record<string, string>) =>
      watch(
        spawn(
          process.execPath,
          ['--import', telemetry, '-e', 'console.log(Object.keys(require.cache).length, typeof Symbol)'],
          {
            env: { ...process.env, ...env },
            stdio: ['ignore', 'pipe', 'pipe'],
          },
        ),
      ).ended;
    const off = await loaded({});
    expect(off.stdout).toMatch(/^0 /);
    const on = await loaded({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_TRACES_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
    });
    expect(on.code).toBe(0);
    expect(Number.parseInt(on.stdout, 10)).toBeGreaterThan(50);
  });
});
