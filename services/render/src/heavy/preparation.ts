import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '@px0/service-kit';
import type { RenderableVersion } from '../prompts/mod.ts';

/** A version that finds no room is tried again after its next render in a thread. */
const MAX_WAITING = 100;

/**
 * Compiles templates on the main thread that were too much for it in one go, after their first render in a worker thread: one step of one
 * template in each turn of the event loop. From then on they are rendered like others, and do not queue for a thread.
 */
export class Preparation {
  readonly #waiting = new Set<RenderableVersion>();
  readonly #logger: Logger;
  #isRunning = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(version: RenderableVersion): void {
    if (this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.add(version);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (const version of this.#waiting) {
      try {
        await nextTurn();
        for (const _ of version.prepare()) await nextTurn();
      } catch (error) {
        this.#logger.warn({ err: error, prompt: version.prompt.id }, 'a template could not be prepared');
      }
      this.#waiting.delete(version);
    }
    this.#isRunning = false;
  }
}
