/** Inspects and ends processes that this launcher did not start, such as those that a killed launcher left running. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The command line of a process, or '' if there is none. A pid alone proves nothing, because pids are reused. */
export async function commandLineOf(pid: number): Promise<string> {
  try {
    if (process.platform === 'linux') {
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    }
    return (await run('ps', ['-o', 'args=', '-p', String(pid)])).stdout.trim();
  } catch {
    return '';
  }
}

/** When a process started, in the system's own notation. Together with the pid it identifies one process for ever. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8');
      // Field 22. The second field, the name in parentheses, may contain spaces.
      return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
    }
    return (await run('ps', ['-o', 'lstart=', '-p', String(pid)])).stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Sends the signal and waits until the process has ended; sends SIGKILL after the timeout. */
export async function endProcess(pid: number, signal: NodeJS.Signals, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const started = await startTimeOf(pid);
  if (started === undefined) return;
  send(pid, signal);
  let killed = false;
  while ((await startTimeOf(pid)) === started && !(await isZombie(pid))) {
    if (!killed && Date.now() > deadline) {
      killed = true;
      send(pid, 'SIGKILL');
    }
    if (Date.now() > deadline + 5_000) return;
    await sleep(20);
  }
}

/** Whether it is dead but not reaped: in a container without an init process it stays in the process table. */
async function isZombie(pid: number): Promise<boolean> {
  return (await processState(pid)) === 'Z';
}

/** The state letter of a process: R, S, T (stopped by a signal), Z ...; undefined if it has ended. */
export async function processState(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      const text = await readFile(`/proc/${pid}/stat`, 'utf8');
      return text.charAt(text.lastIndexOf(')') + 2);
    }
    return (await run('ps', ['-o', 'state=', '-p', String(pid)])).stdout.trim().charAt(0) || undefined;
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the check and the signal.
  }
}
