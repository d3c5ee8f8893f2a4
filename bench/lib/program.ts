/** Runs a program of the repository as a child process while something is measured. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** After so long without a word from it, a program's event loop counts as held. */
const HELD_MS = 30_000;

/** A program whose event loop is held does not stop by itself. */
const STOP_MS = 20_000;

/** The folder of the repository. */
export const ROOT = join(import.meta.dirname, '../..');
const PROBE = join(import.meta.dirname, 'event-loop-probe.ts');

/** What the probe has seen, in milliseconds; holds are counted where the program was started with `PX0_BENCH_HOLDS`. */
export interface LoopState {
  readonly delayP99: number;
  readonly longestDelay: number;
  /** Processor time of the main thread between two turns of the loop. */
  readonly holdP999: number;
  readonly longestHold: number;
  /** What is alive on the heap, after a collection, where the program was started with `PX0_BENCH_LIVE`. */
  readonly liveBytes: number;
}

/** A running program that has said where it listens. */
export class Program {
  readonly url: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #probeFile: string;

  private constructor(url: string, pid: number, child: ChildProcess, probeFile: string) {
    this.url = url;
    this.pid = pid;
    this.#child = child;
    this.#probeFile = probeFile;
  }

  /** Starts `file` (relative to the repository, or absolute) and waits for its line `{"msg":"listening","url":...}`. `flags` are Node's. */
  static async start(
    file: string,
    environment: Readonly<Record<string, string>> = {},
    flags: readonly string[] = [],
  ): Promise<Program> {
    const script = resolve(ROOT, file);
    const probeFile = join(tmpdir(), `px0-bench-${randomUUID()}.probe`);
    const child = spawn(process.execPath, [...flags, '--import', PROBE, script], {
      // Node finds what `flags` import from here.
      cwd: dirname(script),
      env: { ...process.env, PORT: '0', PX0_BENCH_PROBE: probeFile, ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { stdout, pid } = child;
    if (pid === undefined) throw new Error(`${file} did not start`);
    const url = await listeningUrl(createInterface({ input: stdout }));
    // What it logs from here on is of no interest, but a full pipe would stop it.
    stdout.resume();
    return new Program(url, pid, child, probeFile);
  }

  /** Resident memory in bytes. */
  memory(): number {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? Number.NaN) * 1024;
  }

  /** How many files and sockets it has open. */
  openFiles(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** How the event loop did since the last call; of one that is held, no more is known. */
  async eventLoop(): Promise<LoopState> {
    rmSync(this.#probeFile, { force: true });
    this.#child.kill('SIGUSR2');
    for (const started = performance.now(); performance.now() - started < HELD_MS; await sleep(5)) {
      const written = readIfThere(this.#probeFile);
      if (written !== '') return JSON.parse(written);
    }
    return {
      delayP99: HELD_MS,
      longestDelay: HELD_MS,
      holdP999: HELD_MS,
      longestHold: HELD_MS,
      liveBytes: Number.NaN,
    };
  }

  /** Processor time used so far, in seconds. */
  cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(force);
    rmSync(this.#probeFile, { force: true });
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

async function listeningUrl(lines: AsyncIterable<string>): Promise<string> {
  for await (const line of lines) {
    const url = /"url":"([^"]+)"/.exec(line)?.[1];
    if (line.includes('"listening"') && url !== undefined) return url;
  }
  throw new Error('the program ended before it listened');
}
