/**
 * A child process that never outlives its parent. It runs in its own session, so that Ctrl-C in a terminal reaches only the
 * launcher, which then stops everything in order. A small shell guard ends the child if the launcher itself is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly pid: number;
  /** Resolves when the process has ended, for any reason; never rejects. */
  readonly exited: Promise<Exit>;
  readonly running: boolean;
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and waits; sends SIGKILL if the process still runs after the timeout. */
  stop(signal: NodeJS.Signals, timeoutMs: number): Promise<Exit>;
}

export interface ServerProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Standard output and error are appended to this file. Not a pipe: a dead launcher must not break a child's logging. */
  readonly logFile: string;
  readonly orphanSignal: NodeJS.Signals;
  /** The delay before an orphan gets the signal, so that the services can drain before their servers end. */
  readonly orphanDelaySeconds: number;
}

export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const log = openSync(options.logFile, 'a');
  let child: ChildProcess;
  try {
    child = spawn(options.command, [...options.args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      detached: true,
      stdio: ['ignore', log, log],
      ...(options.uid !== undefined && { uid: options.uid }),
      ...(options.gid !== undefined && { gid: options.gid }),
    });
    await spawned(child);
  } finally {
    closeSync(log);
  }
  return superviseChild(child, options.orphanSignal, options.orphanDelaySeconds);
}

/** Wraps a child that has already spawned, so that its `pid` is known. */
export function superviseChild(
  child: ChildProcess,
  orphanSignal: NodeJS.Signals,
  orphanDelaySeconds: number,
): ServerProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error('the child process has not spawned');
  const guard = guardAgainstOrphan(pid, orphanSignal, orphanDelaySeconds);
  let running = true;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      running = false;
      guard.kill('SIGKILL');
      resolve({ code, signal });
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    if (running) child.kill(name);
  };
  return {
    pid,
    exited,
    get running() {
      return running;
    },
    signal,
    async stop(name, timeoutMs) {
      signal(name);
      const timer = setTimeout(() => signal('SIGKILL'), timeoutMs);
      try {
        return await exited;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The guard's `read` ends when the other end of its pipe closes, which happens however the launcher ends. */
function guardAgainstOrphan(pid: number, signal: NodeJS.Signals, delaySeconds: number): ChildProcess {
  const script = `read -r _; sleep ${delaySeconds}; kill -${signal.slice(3)} ${pid}`;
  const guard = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  guard.once('error', () => undefined);
  guard.stdin?.once('error', () => undefined);
  guard.unref();
  return guard;
}

function spawned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}
