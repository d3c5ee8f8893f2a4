/** A process with many clients of the TypeScript SDK, as a fleet of applications is to px0. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

export interface Opening {
  readonly host: string;
  readonly token: string;
  readonly count: number;
  /** The prompt that all of them render. */
  readonly slug: string;
}

export interface FleetOrder {
  readonly open?: Opening | 'close';
  /** The faults so far. */
  readonly forget?: boolean;
}

export interface FleetReport {
  /** How many clients render each text. */
  readonly texts: Readonly<Record<string, number>>;
  /** How many clients are in each state. */
  readonly states: Readonly<Record<string, number>>;
  readonly repairs: number;
  /** The first of what must not happen to a client of a px0 that works. */
  readonly faults: readonly string[];
}

/** Starts a program beside the test, whose messages it answers. */
export function companion(file: string): ChildProcess {
  return fork(join(import.meta.dirname, file), {
    // Not what the test runner gives its own processes.
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/** Sends a message and waits for the answer to it. */
export async function asked<T>(program: ChildProcess, message: object | string): Promise<T> {
  const answer = once(program, 'message', { signal: AbortSignal.timeout(120_000) });
  program.send(message);
  return (await answer)[0] as T;
}

export class Fleet {
  readonly #process = companion('fleet.ts');

  /** Returns when all clients are ready. */
  open(opening: Opening): Promise<FleetReport> {
    return this.#ask({ open: opening });
  }

  report(): Promise<FleetReport> {
    return this.#ask({});
  }

  /** From here on, faults count. */
  forget(): Promise<FleetReport> {
    return this.#ask({ forget: true });
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.send({ open: 'close' } satisfies FleetOrder);
    await exit;
  }

  async #ask(order: FleetOrder): Promise<FleetReport> {
    const answer = await asked<FleetReport | { readonly error: string }>(this.#process, order);
    if ('error' in answer) throw new Error(answer.error);
    return answer;
  }
}
