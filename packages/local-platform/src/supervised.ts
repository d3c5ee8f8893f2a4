/**
 * Keeps one process alive: restarts it when it ends unexpectedly, after a delay that depends on how long it ran. A `Supervised` has
 * at most one process at any time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from './server-process.ts';

export interface Launched {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<unknown>;
}

export interface SupervisedEvents {
  /** A message for the user at the terminal. */
  notice(text: string): void;
  /** The pid has changed: the process has ended, or another one is running. */
  changed(): void;
}

const firstDelayMs = 250;
const longestDelayMs = 10_000;
/** A process that ran this long counts as healthy: its end resets the restart delay. */
const healthyAfterMs = 30_000;

export class Supervised<T extends Launched> {
  readonly name: string;
  readonly #launch: () => Promise<T>;
  readonly #events: SupervisedEvents;
  readonly #longestDelayMs: number;
  readonly #stopping = new AbortController();
  #current: T | undefined;
  #watch: Promise<void> = Promise.resolve();
  #restarts = 0;

  private constructor(
    name: string,
    launch: () => Promise<T>,
    events: SupervisedEvents,
    longestDelay: number,
  ) {
    this.name = name;
    this.#launch = launch;
    this.#events = events;
    this.#longestDelayMs = longestDelay;
  }

  /** Launches the process. The caller handles a failure of this first launch. */
  static async start<T extends Launched>(
    name: string,
    launch: () => Promise<T>,
    events: SupervisedEvents,
    longestDelay = longestDelayMs,
  ): Promise<Supervised<T>> {
    const supervised = new Supervised(name, launch, events, longestDelay);
    const first = await launch();
    supervised.#watch = supervised.#keepAlive(first);
    return supervised;
  }

  /** The running process; undefined between an end and the next start. */
  get current(): T | undefined {
    return this.#current;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Stops the process permanently; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#current?.stop();
    await this.#watch;
  }

  async #keepAlive(first: T): Promise<void> {
    let next: T | undefined = first;
    let delayMs = firstDelayMs;
    while (next) {
      const startedAt = performance.now();
      this.#current = next;
      this.#events.changed();
      if (this.#stopping.signal.aborted) void next.stop();
      const exit = await next.exited;
      this.#current = undefined;
      if (performance.now() - startedAt > healthyAfterMs) delayMs = firstDelayMs;
      next = await this.#again(describeExit(exit), delayMs);
      delayMs = Math.min(delayMs * 2, this.#longestDelayMs);
    }
    this.#events.changed();
  }

  /** The next process, after the delay; undefined after a call of `stop`. */
  async #again(why: string, firstDelay: number): Promise<T | undefined> {
    let reason = why;
    let delayMs = firstDelay;
    for (;;) {
      if (this.#stopping.signal.aborted) return undefined;
      this.#restarts += 1;
      this.#events.changed();
      this.#events.notice(`${this.name} ended (${reason}); restarting it in ${delayMs / 1000} s`);
      await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#stopping.signal.aborted) return undefined;
      try {
        return await this.#launch();
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        delayMs = Math.min(delayMs * 2, this.#longestDelayMs);
      }
    }
  }
}

function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}
