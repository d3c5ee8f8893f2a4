/** The process of one service, in its own session and with its own log file. It ends with the launcher, however that ends. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportsTelemetry } from '@px0/service-kit';
import { PlatformError } from './platform-error.ts';
import { superviseChild } from './server-process.ts';
import type { Launched, Supervised } from './supervised.ts';

/** Longer than a service's own limit for in-flight requests (10 s). */
const stopTimeoutMs = 15_000;
/** A service ends by itself when its channel to the launcher closes; this is for one that hangs. */
const orphanDelaySeconds = 20;
const readyTimeoutMs = 120_000;

export interface ServiceProcess extends Launched {
  readonly url: string;
  signal(signal: NodeJS.Signals): void;
}

export interface ServiceOptions {
  /** The service's folder, which contains `src/main.ts`. */
  readonly folder: string;
  readonly port: number;
  readonly logFile: string;
  readonly env: NodeJS.ProcessEnv;
}

export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const { folder, port, env } = options;
  const log = openSync(options.logFile, 'a');
  const child = spawn(process.execPath, [...telemetryFlags(env), join('src', 'main.ts')], {
    cwd: folder,
    env: { ...env, HOST: '127.0.0.1', PORT: String(port) },
    detached: true,
    // The channel carries no messages. A service ends when it closes, which happens however the launcher ends.
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.channel?.unref();
  const supervised = superviseChild(child, 'SIGKILL', orphanDelaySeconds);
  return {
    pid: supervised.pid,
    exited: supervised.exited,
    url: `http://127.0.0.1:${port}`,
    signal: (name) => supervised.signal(name),
    stop: () => supervised.stop('SIGTERM', stopTimeoutMs),
  };
}

function telemetryFlags(env: NodeJS.ProcessEnv): string[] {
  return exportsTelemetry(env) ? ['--import', '@px0/service-kit/telemetry'] : [];
}

/**
 * Resolves when `/readyz` returns 200.
 *
 * @throws PlatformError if the service ends instead, or is not ready within two minutes
 */
export async function serviceReady(
  service: Supervised<ServiceProcess>,
  url: string,
  logFile: string,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = performance.now() + readyTimeoutMs;
  const restartsBefore = service.restarts;
  for (;;) {
    signal?.throwIfAborted();
    if (service.restarts > restartsBefore) {
      throw new PlatformError(
        `${service.name} could not start: ${await lastWords(logFile)} (log: ${logFile})`,
      );
    }
    const answer = await askReady(url);
    if (answer === 'ready') return;
    if (performance.now() > deadline) {
      throw new PlatformError(
        `${service.name} was not ready after ${readyTimeoutMs / 1000} s (${answer}); see ${logFile}.`,
      );
    }
    await sleep(40);
  }
}

async function askReady(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    const text = await response.text();
    return response.ok ? 'ready' : text.slice(0, 300);
  } catch {
    return 'no response';
  }
}

/** The service's own message about why it cannot start, or else an error, or else the last line of its log. */
async function lastWords(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const lines = text.trim().split('\n').slice(-30);
  const sentence = lines.findLast((line) => line.startsWith('px0 '));
  const error = lines.findLast((line) => /^\w*Error\b/.test(line));
  return (sentence ?? error ?? lines.at(-1) ?? 'its log is empty').slice(0, 500);
}
