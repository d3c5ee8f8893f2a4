/** What the rules that see a process die rest on: its beat goes on while it lives, and only an orderly stop says goodbye. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { metricCatalog } from '@px0/service-kit';
import { eventually } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './observability-files.ts';
import { OtlpReceiver } from './otlp-receiver.ts';

const kit = join(root, 'packages/service-kit');

let receiver: OtlpReceiver;
let processes: ChildProcess[] = [];

beforeEach(async () => {
  receiver = await OtlpReceiver.start();
});

afterEach(async () => {
  for (const one of processes) if (one.exitCode === null && one.signalCode === null) one.kill('SIGKILL');
  processes = [];
  await receiver.close();
});

function start(env: Record<string, string> = {}): ChildProcess {
  const program = join(kit, 'test/fixtures/small-service.ts');
  const child = spawn(process.execPath, ['--import', join(kit, 'src/telemetry.ts'), program], {
    cwd: kit,
    env: { ...process.env, ...receiver.environment, PORT: '0', OTEL_METRIC_EXPORT_INTERVAL: '200', ...env },
    stdio: 'ignore',
  });
  processes.push(child);
  return child;
}

const lastBeats = (): number[] => [
  ...(receiver.metrics.get(metricCatalog.processHeartbeat.name)?.values.values() ?? []),
];

/** Waits until the process beats, by its clock. */
async function beating(): Promise<number> {
  return await eventually(() => lastBeats()[0], { timeoutMs: 60_000, what: 'the first beat' });
}

describe('the heartbeat of a process', () => {
  it('is the time of each export, and that of its start stays', async () => {
    const before = Date.now() / 1_000;
    start();
    const first = await beating();
    await expect.poll(() => lastBeats()[0] ?? 0).toBeGreaterThan(first);
    const started = [...(receiver.metrics.get(metricCatalog.processStarted.name)?.values.values() ?? [])];
    expect(started[0]).toBeGreaterThan(before - 1);
    expect(started[0]).toBeLessThan(first);
  });

  it('says goodbye when the process is asked to stop', async () => {
    const child = start();
    await beating();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(lastBeats()).toEqual([0]);
  });

  it('just ends when the process is killed', async () => {
    const child = start();
    await beating();
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(lastBeats()[0]).toBeGreaterThan(1);
  });

  it('says no goodbye when the process crashes', async () => {
    const child = start({ FAIL: 'at SIGWINCH' });
    await beating();
    // The process beats before it has loaded its program, and ignores this signal until then.
    await eventually(
      () => {
        child.kill('SIGWINCH');
        return child.exitCode !== null;
      },
      { timeoutMs: 60_000, what: 'the crash' },
    );
    expect(child.exitCode).toBe(1);
    expect(lastBeats()[0]).toBeGreaterThan(1);
  });
});
