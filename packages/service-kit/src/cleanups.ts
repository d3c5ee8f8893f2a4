/**
 * What a process must close when it stops, as a list of named closers that run in reverse: what was opened last (and uses the
 * rest) is closed first. One closer that fails or hangs does not keep the others from running.
 */
import type { Logger } from './logger.ts';
import { TIMED_OUT, within } from './within.ts';

interface Closer {
  readonly name: string;
  readonly close: () => Promise<void> | void;
  readonly timeoutMs: number;
}

/** Long enough to flush to a slow disk or server; short enough that a dead one does not use up the supervisor's patience. */
const DEFAULT_TIMEOUT_MS = 5_000;

export class Cleanups {
  readonly #closers: Closer[] = [];
  readonly #logger: Logger;
  #running: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Adds a closer. Give `timeoutMs` to one that waits for others, such as a server that drains. */
  add(name: string, close: () => Promise<void> | void, timeoutMs: number = DEFAULT_TIMEOUT_MS): void {
    this.#closers.push({ name, close, timeoutMs });
  }

  /** Runs all closers once, in reverse order, one after the other. Never rejects; a second call waits for the first. */
  run(): Promise<void> {
    this.#running ??= this.#runAll();
    return this.#running;
  }

  async #runAll(): Promise<void> {
    for (let closer = this.#closers.pop(); closer !== undefined; closer = this.#closers.pop()) {
      const started = performance.now();
      try {
        await withTimeout(closer);
        this.#logger.debug({ closer: closer.name, ms: Math.round(performance.now() - started) }, 'closed');
      } catch (error) {
        this.#logger.error({ err: error, closer: closer.name }, 'closing failed');
      }
    }
  }
}

async function withTimeout({ close, timeoutMs }: Closer): Promise<void> {
  const outcome = await within(Promise.resolve(close()), timeoutMs);
  if (outcome === TIMED_OUT) throw new Error(`not closed within ${timeoutMs} ms`);
}
