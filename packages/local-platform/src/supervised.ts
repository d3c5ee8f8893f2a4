/**
 * Keeps one process alive: when it ends without having been asked to, it is started again, sooner or later depending on how long
 * it ran. At any time at most one process of a `Supervised` exists.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit } from './server-process.ts';

export interface Launched {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<unknown>;
}

export interface SupervisedEvents {
  /** A sentence for the person at the terminal. */
  notice(text: string): void;
  /** The pid has changed: the process has ended, or another one runs. */
  changed(): void;
}

const firstDelayMs = 250;
const longestDelayMs = 10_000;
/** A process that ran as long as this was healthy: its end is no reason to wait longer than after a first failure. */
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

  /** Launches the process; a launch that fails this first time is the caller's to handle. */
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

  /** The process that runs now; undefined between an end and the next start. */
  get current(): T | undefined {
    return this.#current;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Ends the process for good; resolves when it is gone. */
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

  /** The next process, after the delay; undefined once stop has been called. */
  async #again(why: string, firstDelay: number): Promise<T | undefined> {
    let reason = why;
    let delayMs = firstDelay;
    for (;;) {
      if (this.#stopping.signal.aborted) return undefined;
      this.#restarts += 1;
      this.#events.changed();
      this.#events.notice(`${this.name} ended (${reason}); starting it again in ${delayMs / 1000} s`);
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
