/** An application in one of the languages, as a process that renders by several clients all the time, and what it reports. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../../sdk/programs.ts';

export interface ClientTask {
  readonly host: string;
  readonly token: string;
  readonly mode: 'stream' | 'poll';
  /** The only team that is held; empty: all. */
  readonly team: string;
  /** Its state file. */
  readonly file: string;
}

export interface Target {
  readonly slug: string;
  /** Empty: the live version. */
  readonly tag: string;
}

/** What a render gave. */
export interface Rendered {
  readonly kind: 'text' | 'not found' | 'unauthorized' | 'unreachable' | 'another error';
  readonly text: string;
  readonly version?: number;
  readonly revision?: string | null;
  readonly source?: string;
  readonly stale?: boolean;
}

/** Renders that gave the same, one after the other. Times are milliseconds since the run began, when the first and the last of them began. */
export interface Stretch {
  readonly client: number;
  readonly target: number;
  /** How often the application had been started. */
  readonly life: number;
  readonly rendered: Rendered;
  readonly from: number;
  /** Undefined while it goes on, and for ever when the application was killed. */
  until?: number;
  count?: number;
}

/** A time at which a program ran later than it meant to. */
export interface Delay {
  readonly at: number;
  readonly late: number;
}

const EVERY_MS = 40;
const RESTART_MS = 100;

export class Application {
  readonly stretches: Stretch[] = [];
  readonly delays: Delay[] = [];
  readonly warnings: { readonly client: number; readonly warning: string; readonly at: number }[] = [];
  readonly #command: Command;
  readonly #clients: ReadonlyMap<number, ClientTask>;
  readonly #targets: readonly Target[];
  readonly #beganAt: number;
  readonly #latest = new Map<string, Stretch>();
  #life = 0;
  #process: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #errors = '';

  /** `clients` by their numbers in the run, which began at a time of the day. */
  constructor(
    command: Command,
    clients: ReadonlyMap<number, ClientTask>,
    targets: readonly Target[],
    beganAt: number,
  ) {
    this.#command = command;
    this.#clients = clients;
    this.#targets = targets;
    this.#beganAt = beganAt;
  }

  start(): void {
    this.#life += 1;
    this.#latest.clear();
    const { program, args, cwd } = this.#command;
    const child = spawn(program, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (text) => {
      this.#errors += text;
    });
    const task = { everyMs: EVERY_MS, clients: [...this.#clients.values()], targets: this.#targets };
    child.stdin.write(`${JSON.stringify(task)}\n`);
    const life = this.#life;
    createInterface({ input: child.stdout }).on('line', (line) => this.#read(line, life));
    this.#process = child;
    this.#ended = once(child, 'close');
  }

  /** SIGKILL, and a new process that has nothing but the state files. */
  async crash(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#ended;
    await sleep(RESTART_MS);
    this.start();
  }

  /** What a client renders at the moment; undefined before its first render. */
  latest(client: number, target: number): Stretch | undefined {
    return this.#latest.get(`${client} ${target}`);
  }

  /** The end of its input, after which it reports how long the last stretches were. @throws Error with what it wrote to stderr */
  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined) return;
    this.#process = undefined;
    child.stdin?.end();
    await this.#ended;
    if (child.exitCode !== 0)
      throw new Error(`${this.#command.program} ended with ${child.exitCode}: ${this.#errors}`);
  }

  async kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    await this.#ended;
  }

  #read(line: string, life: number): void {
    const value = JSON.parse(line);
    const at = value.at - this.#beganAt;
    if (value.late !== undefined) {
      this.delays.push({ at, late: value.late });
      return;
    }
    const client = [...this.#clients.keys()][value.client] ?? 0;
    if (value.warning !== undefined) {
      this.warnings.push({ client, warning: value.warning, at });
      return;
    }
    const { target, until, count, kind, text, version, revision, source, stale } = value;
    const before = this.#latest.get(`${client} ${target}`);
    if (before !== undefined) {
      before.until = until - this.#beganAt;
      before.count = count;
    }
    if (kind === 'end') return;
    const rendered: Rendered = { kind, text, version, revision, source, stale };
    const stretch = { client, target, life, rendered, from: at };
    this.stretches.push(stretch);
    this.#latest.set(`${client} ${target}`, stretch);
  }
}
